namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.V1;
using Dkm.UnitTests.Crypto;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

public sealed class KeySetEndpointTests
{
    private static readonly SpiffeId Worker = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker");

    [Fact]
    public async Task ResolveKey_AnswerIsWritten_ClearKeyIsZeroed()
    {
        await using var rings = await StoredRings.OpenAsync();
        rings.Membership.Set(GroupEntry.Create("workers", "uid", GroupKind.Workload, [Worker]));
        var ring = await rings.AddAsync("ring", bindings: [new RingBinding("workers", "uid", [RingPermission.Hold])]);
        var freshness = new Freshness(rings.Membership, rings.Store, RollingRing.Timing);
        var resolver = new KeyResolver(rings.Catalog, rings.Builder, rings.Store, freshness, rings.Membership);
        var endpoint = new KeySetEndpoint(
            rings.Catalog, registry: null!, rings.Builder, resolver, freshness, rings.Store, rings.Membership, rings.Time, logger: null!);
        var call = new FakeCallContext(new Caller(Worker, MethodTable.Find("/dkm.keyring.v1.KeySetService/ResolveKey")!));
        var response = new CompletedResponse();
        call.GetHttpContext().Features.Set<IHttpResponseFeature>(response);

        var answer = await endpoint.ResolveKey(new ResolveKeyRequest { KeyId = ByteString.CopyFrom(ring.Keys.Single().Id.ToByteArray()) }, call);

        Assert.Contains(answer.Key.Material, one => one != 0);
        await response.CompleteAsync();
        Assert.Equal(32, answer.Key.Material.Length);
        Assert.DoesNotContain(answer.Key.Material, one => one != 0);
    }

    private sealed class CompletedResponse : HttpResponseFeature
    {
        private readonly List<Func<Task>> completed = [];

        public override void OnCompleted(Func<object, Task> callback, object state) => completed.Add(() => callback(state));

        public async Task CompleteAsync()
        {
            foreach (var one in completed)
            {
                await one();
            }
        }
    }
}
