namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>A call's context with a token of ours in place of gRPC's.</summary>
internal abstract class WrappedCallContext : ServerCallContext
{
    private readonly ServerCallContext inner;

    protected WrappedCallContext(ServerCallContext inner)
    {
        this.inner = inner;

        // Where grpc-dotnet looks for it in a context that is not its own.
        inner.UserState["__HttpContext"] = inner.GetHttpContext();
    }

    protected override string MethodCore => inner.Method;

    protected override string HostCore => inner.Host;

    protected override string PeerCore => inner.Peer;

    protected override DateTime DeadlineCore => inner.Deadline;

    protected override Metadata RequestHeadersCore => inner.RequestHeaders;

    protected override Metadata ResponseTrailersCore => inner.ResponseTrailers;

    protected override Status StatusCore
    {
        get => inner.Status;
        set => inner.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    protected override AuthContext AuthContextCore => inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => inner.UserState;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        inner.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => inner.WriteResponseHeadersAsync(responseHeaders);
}
