namespace Dkm.Cli.Keys;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.KeyRing.V1;

/// <summary>What <c>dkm key disable|enable|compromise|destroy|restore</c> does.</summary>
internal sealed class KeyStateActions
{
    private readonly Session session;
    private readonly string ring;
    private readonly KeyRingService.KeyRingServiceClient rings;

    public KeyStateActions(Session session, string ring, string permission)
    {
        this.session = session;
        this.ring = ring;
        session.Attempt = new Attempt(DkmService.KeyRing, permission, ring) { Look = $"dkm key list {ring}" };

        // Repeated after a lost answer: a key that is already as it is wanted is answered.
        rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
    }

    public async Task DisableAsync(string id, string reason, int confirmed, CancellationToken cancellationToken) => Show(
        await rings.DisableKeyAsync(
            new() { KeyRing = ring, Id = id, Reason = reason, RequestId = NewRequestId(), ConfirmHolders = confirmed }, session.Options(cancellationToken)),
        key => $"key {key.Id} is {key.State}: what it protected opens nowhere until: dkm key enable {ring} {key.Id}");

    public async Task EnableAsync(string id, string reason, CancellationToken cancellationToken) => Show(
        await rings.EnableKeyAsync(new() { KeyRing = ring, Id = id, Reason = reason }, session.Options(cancellationToken)),
        key => $"key {key.Id} is {key.State}: what it protected opens again");

    public async Task CompromiseAsync(string id, string reason, int confirmed, CancellationToken cancellationToken) => Show(
        await rings.MarkKeyCompromisedAsync(
            new() { KeyRing = ring, Id = id, Reason = reason, RequestId = NewRequestId(), ConfirmHolders = confirmed }, session.Options(cancellationToken)),
        key => key.State == "COMPROMISED"
            ? $"key {key.Id} is COMPROMISED: nobody holds it any more; what it protected opens through Crypto with decrypt_compromised only.\n"
                + "Whoever knows the key can still open what it protected: protect it anew (dkm reencrypt, by a caller with that permission)"
            : $"key {key.Id} is {key.State} and would be COMPROMISED when restored");

    public async Task DestroyAsync(string id, string reason, int confirmed, CancellationToken cancellationToken) => Show(
        await rings.DestroyKeyAsync(new() { KeyRing = ring, Id = id, Reason = reason, ConfirmHolders = confirmed }, session.Options(cancellationToken)),
        key => $"key {key.Id} opens nothing any more and is destroyed at {key.DestroyTime}; until then: dkm key restore {ring} {key.Id}");

    public async Task RestoreAsync(string id, string reason, CancellationToken cancellationToken) => Show(
        await rings.RestoreKeyAsync(new() { KeyRing = ring, Id = id, Reason = reason }, session.Options(cancellationToken)),
        key => $"key {key.Id} is {key.State} and will not be destroyed");

    private string NewRequestId() => KeyId.Create(session.Time.GetUtcNow()).ToString();

    private void Show(Key key, Func<KeyView, string> say) => session.Printer.Show(KeyView.Of(key), CliJson.Form.KeyView, say);
}
