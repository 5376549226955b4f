namespace Dkm.KeyRing.Keys.States;

using System.Collections.Immutable;
using Dkm.Core.Authorization;
using Dkm.KeyRing.V1;
using Google.Protobuf;

/// <summary>The five requests as one. The etag and what was confirmed are no part of what a repeated request is recognized by.</summary>
internal sealed record KeyStateRequest(KeyAction Action, string KeyRing, string Id, string Etag, string Reason)
{
    public string RequestId { get; init; } = string.Empty;

    public int ConfirmHolders { get; init; }

    /// <summary>What the caller needs on the ring, unless she is an administrator.</summary>
    public RingPermission Permission => Action is KeyAction.Destroy or KeyAction.Restore ? RingPermission.Destroy : RingPermission.Manage;

    public static KeyStateRequest Of(DisableKeyRequest request) =>
        new(KeyAction.Disable, request.KeyRing, request.Id, request.Etag, request.Reason) { RequestId = request.RequestId, ConfirmHolders = request.ConfirmHolders };

    public static KeyStateRequest Of(EnableKeyRequest request) => new(KeyAction.Enable, request.KeyRing, request.Id, request.Etag, request.Reason);

    public static KeyStateRequest Of(MarkKeyCompromisedRequest request) =>
        new(KeyAction.Compromise, request.KeyRing, request.Id, request.Etag, request.Reason) { RequestId = request.RequestId, ConfirmHolders = request.ConfirmHolders };

    public static KeyStateRequest Of(DestroyKeyRequest request) =>
        new(KeyAction.Destroy, request.KeyRing, request.Id, request.Etag, request.Reason) { ConfirmHolders = request.ConfirmHolders };

    public static KeyStateRequest Of(RestoreKeyRequest request) => new(KeyAction.Restore, request.KeyRing, request.Id, request.Etag, request.Reason);

    /// <summary>The body in one form for all; the action stands where no other request has a number.</summary>
    public ImmutableArray<byte> Digest()
    {
        IMessage body = Action == KeyAction.Compromise
            ? new MarkKeyCompromisedRequest { KeyRing = KeyRing, Id = Id, Reason = Reason, RequestId = "compromise" }
            : new DisableKeyRequest { KeyRing = KeyRing, Id = Id, Reason = Reason, RequestId = "disable" };
        return Rings.RequestId.Digest(body);
    }
}
