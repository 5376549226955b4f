namespace Dkm.UnitTests.Crypto;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Hosting;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

/// <summary>A call that did not come over a wire.</summary>
internal sealed class FakeCallContext : ServerCallContext
{
    public FakeCallContext(Caller caller)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(caller);

        // Where grpc-dotnet looks for it in a context that is not its own.
        UserStateCore["__HttpContext"] = http;
    }

    protected override string MethodCore => string.Empty;

    protected override string HostCore => string.Empty;

    protected override string PeerCore => string.Empty;

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => CancellationToken.None;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override IDictionary<object, object> UserStateCore { get; } = new Dictionary<object, object>();

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
