namespace ConnectedAccounts;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;

/// <summary>All that this program does with DKM, and README shows it. The address is the context: a blob that was moved to another address does not open.</summary>
internal sealed class Credentials(Settings settings, bool transient) : IAsyncDisposable
{
    private readonly DkmClient dkm = DkmClient.Create(
        new() { KeyRingAddresses = [.. settings.KeyRing], TrustDomain = settings.TrustDomain, IdentityDirectory = settings.IdentityDirectory, Rings = { settings.Ring }, Transient = transient });

    public Task ReadyAsync(CancellationToken cancellationToken) => dkm.ReadyAsync(cancellationToken);

    public byte[] Protect(string address, ReadOnlySpan<byte> secret) => dkm.Ring(settings.Ring).Protect(secret, DkmContext.Of("address", address));

    public byte[] Unprotect(string address, ReadOnlySpan<byte> blob) => dkm.Ring(settings.Ring).Unprotect(blob, DkmContext.Of("address", address));

    public ValueTask DisposeAsync() => dkm.DisposeAsync();
}
