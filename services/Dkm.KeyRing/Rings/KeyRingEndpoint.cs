namespace Dkm.KeyRing.Rings;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>Rings and keys for those who administer them. No answer of this endpoint carries material.</summary>
internal sealed partial class KeyRingEndpoint(
    RingCatalog catalog,
    RingAccess access,
    RingCreation creation,
    RingUpdate update,
    RolloverCommand rollover,
    KeyStateCommand states,
    RingStatus status,
    AccessCheck check,
    KeyRingStore store,
    RolloverTiming timing,
    TimeProvider time) : KeyRingService.KeyRingServiceBase
{
    public override async Task<KeyRing> CreateKeyRing(CreateKeyRingRequest request, ServerCallContext context) =>
        Message(await creation.RunAsync(request, context.CancellationToken));

    public override Task<KeyRing> GetKeyRing(GetKeyRingRequest request, ServerCallContext context) =>
        Task.FromResult(Message(access.See(context.GetCaller(), request.Name, "name")));

    public override Task<ListKeyRingsResponse> ListKeyRings(ListKeyRingsRequest request, ServerCallContext context)
    {
        _ = store.Current;
        var size = Paging.Size(request.PageSize);
        var names = catalog.Content.Names(Paging.Start(request.PageToken, RingName.IsValid), size + 1);
        var answer = new ListKeyRingsResponse();
        if (Paging.Fill(answer.KeyRings, names.Select(catalog.Find).OfType<RingView>().Select(Message), size))
        {
            answer.NextPageToken = Paging.Token(answer.KeyRings[^1].Name);
        }

        return Task.FromResult(answer);
    }

    public override async Task<KeyRing> UpdateKeyRing(UpdateKeyRingRequest request, ServerCallContext context) =>
        Message(await update.RunAsync(request, context.CancellationToken));

    public override async Task<Key> RolloverKeyRing(RolloverKeyRingRequest request, ServerCallContext context)
    {
        var (view, key) = await rollover.RunAsync(context.GetCaller(), request, context.CancellationToken);
        return RingMessages.ToMessage(key, view, time.GetUtcNow());
    }

    public override Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context)
    {
        var view = access.Manage(context.GetCaller(), request.KeyRing, "key_ring");
        var size = Paging.Size(request.PageSize);
        var last = Paging.Start(request.PageToken, token => KeyId.TryParse(token, out _));
        var keys = view.Keys.Reverse().SkipWhile(key => last.Length > 0 && key.Id.ToString() != last).Skip(last.Length > 0 ? 1 : 0);
        var now = time.GetUtcNow();
        var answer = new ListKeysResponse();
        if (Paging.Fill(answer.Keys, keys.Select(key => RingMessages.ToMessage(key, view, now)), size))
        {
            answer.NextPageToken = Paging.Token(answer.Keys[^1].Id);
        }

        return Task.FromResult(answer);
    }

    public override Task<Key> GetKey(GetKeyRequest request, ServerCallContext context)
    {
        var view = access.Manage(context.GetCaller(), request.KeyRing, "key_ring");
        var id = KeyId.TryParse(request.Id, out var parsed)
            ? parsed.Value
            : throw DkmException.Invalid("id", Reasons.InvalidField, "a key's id is a UUID in lower case");
        return Task.FromResult(view.Find(id) is { } key
            ? RingMessages.ToMessage(key, view, time.GetUtcNow())
            : throw new DkmException(ErrorKind.NotFound, Reasons.NotFound, $"ring '{request.KeyRing}' has no key {id}"));
    }

    public override Task<KeyRingStatus> GetKeyRingStatus(GetKeyRingStatusRequest request, ServerCallContext context) =>
        status.OfAsync(access.Manage(context.GetCaller(), request.Name, "name"), context.CancellationToken);

    public override Task<CheckAccessResponse> CheckAccess(CheckAccessRequest request, ServerCallContext context) =>
        Task.FromResult(check.Run(context.GetCaller(), request));

    private KeyRing Message(RingView view) => RingMessages.ToMessage(view, access.Policy, timing, time.GetUtcNow());
}
