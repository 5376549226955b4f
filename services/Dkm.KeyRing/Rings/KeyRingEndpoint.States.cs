namespace Dkm.KeyRing.Rings;

using System.Threading.Tasks;
using Dkm.Hosting;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <content>The states of keys.</content>
internal sealed partial class KeyRingEndpoint
{
    public override Task<Key> DisableKey(DisableKeyRequest request, ServerCallContext context) =>
        ChangeAsync(KeyStateRequest.Of(request), context);

    public override Task<Key> EnableKey(EnableKeyRequest request, ServerCallContext context) =>
        ChangeAsync(KeyStateRequest.Of(request), context);

    public override Task<Key> MarkKeyCompromised(MarkKeyCompromisedRequest request, ServerCallContext context) =>
        ChangeAsync(KeyStateRequest.Of(request), context);

    public override Task<Key> DestroyKey(DestroyKeyRequest request, ServerCallContext context) =>
        ChangeAsync(KeyStateRequest.Of(request), context);

    public override Task<Key> RestoreKey(RestoreKeyRequest request, ServerCallContext context) =>
        ChangeAsync(KeyStateRequest.Of(request), context);

    private async Task<Key> ChangeAsync(KeyStateRequest request, ServerCallContext context)
    {
        var (view, key) = await states.RunAsync(context.GetCaller(), request, context.CancellationToken);
        return RingMessages.ToMessage(key, view, time.GetUtcNow());
    }
}
