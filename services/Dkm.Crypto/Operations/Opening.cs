namespace Dkm.Crypto.Operations;

using System;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Crypto.Rings;
using Dkm.Hosting;

/// <summary>
/// Opens envelopes, and answers in the order of the contract: malformed; key unknown or not yours; bound without <c>decrypt</c>; another ring; state and
/// suite; everything cryptographic as one.
/// </summary>
internal sealed class Opening(RingDirectory rings, Judge judge)
{
    /// <summary>Opens with a key that is here, without leaving the caller's thread.</summary>
    /// <returns>False if it is not here (any more).</returns>
    public bool TryOpen(Caller caller, in OpenRequest request, out Opened opened) =>
        rings.TryFind(request.Header.KeyId, out var found) & TryOpen(caller, found, request, out opened);

    public async ValueTask<Opened> OpenAsync(Caller caller, OpenRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Sealing.Attempts; attempt++)
        {
            if (!rings.TryFind(request.Header.KeyId, out var found))
            {
                found = await rings.FetchAsync(caller.Id, request.Header.KeyId, cancellationToken) ?? throw Denials.UnknownOrNotYours(caller.Id);
            }

            if (TryOpen(caller, found, request, out var opened))
            {
                return opened;
            }
        }

        throw Denials.Changing();
    }

    private bool TryOpen(Caller caller, FoundKey found, in OpenRequest request, out Opened opened)
    {
        opened = default;
        if (found.Ring is null)
        {
            return false;
        }

        var compromisedToo = judge.DemandDecrypt(caller, found.Ring);
        if (request.ExpectedRing is { Length: > 0 } expected && expected != found.Ring.Name)
        {
            throw Denials.OtherRing(expected);
        }

        var plaintext = GC.AllocateUninitializedArray<byte>(request.Header.PlaintextLength);
        try
        {
            found.Ring.Open(found.Key, request.Header.Suite, request.Envelope.Span, request.Context.Canonical, plaintext, compromisedToo);
            opened = new Opened(found.Ring, found.Key, plaintext);
            return true;
        }
        catch (ObjectDisposedException)
        {
            // Withdrawn meanwhile: looked up again.
            return false;
        }
        finally
        {
            if (opened.Plaintext is null)
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        }
    }
}
