namespace Dkm.Cli.Protection;

using System;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core.Envelopes;

/// <summary>What <c>dkm protect|unprotect|reencrypt|datakey</c> does.</summary>
internal sealed class ProtectionActions(Session session, Place place, Destination destination, ContextPair[] pairs)
{
    private readonly CallerContext context = new(pairs);
    private readonly ProtectionChoice choice = new(session, place);

    public async Task ProtectAsync(string? file, string ring, CancellationToken cancellationToken)
    {
        destination.RefuseBinaryOnTerminal(session);
        var plaintext = await Input.PlaintextAsync(session, file, cancellationToken);
        try
        {
            var (envelope, where) = await choice.RunAsync(
                "encrypt", ring, protection => protection.ProtectAsync(ring, plaintext, context, cancellationToken));
            await DeliverAsync(envelope, where, ring, sourceKeyId: null, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    public async Task UnprotectAsync(string? file, string? ring, CancellationToken cancellationToken)
    {
        var envelope = await Input.EnvelopeAsync(session, file, cancellationToken);
        var header = Envelope.ReadHeader(envelope);
        var (opened, where) = await choice.RunAsync(
            "decrypt", ring, protection => protection.UnprotectAsync(envelope, ring, context, cancellationToken));
        try
        {
            await destination.BytesAsync(session, opened.Plaintext, cancellationToken);
            if (session.Printer.IsJson)
            {
                session.Printer.Show(
                    new OpenedView
                    {
                        KeyRing = opened.Ring,
                        KeyId = header.KeyId.ToString(),
                        Where = where,
                        Plaintext = destination.Path is null ? opened.Plaintext : null,
                        Path = destination.Path,
                    },
                    CliJson.Form.OpenedView,
                    _ => string.Empty);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened.Plaintext);
        }
    }

    public async Task ReencryptAsync(string? file, string? target, CancellationToken cancellationToken)
    {
        destination.RefuseBinaryOnTerminal(session);
        var old = await Input.EnvelopeAsync(session, file, cancellationToken);
        var source = Envelope.ReadHeader(old).KeyId;
        var (envelope, where) = await choice.RunAsync(
            "decrypt", ring: null, protection => protection.ReencryptAsync(old, target, context, cancellationToken), denied => ReencryptAttempt.Of(denied, target));
        await DeliverAsync(envelope, where, target, source.ToString(), cancellationToken);
    }

    public async Task MakeDataKeyAsync(string ring, int length, bool withPlaintext, CancellationToken cancellationToken)
    {
        var (made, where) = await choice.RunAsync(
            "encrypt", ring, protection => protection.MakeDataKeyAsync(ring, length, withPlaintext, context, cancellationToken));
        try
        {
            if (destination.Path is not null)
            {
                await destination.BytesAsync(session, made.Envelope, cancellationToken);
            }

            var view = new DataKeyView
            {
                KeyRing = ring,
                KeyId = Envelope.ReadHeader(made.Envelope).KeyId.ToString(),
                Where = where,
                Plaintext = withPlaintext ? made.Plaintext : null,
                Envelope = destination.Path is null ? Envelope.ToText(made.Envelope) : null,
                Path = destination.Path,
            };
            session.Printer.Show(view, CliJson.Form.DataKeyView, Text);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(made.Plaintext);
        }
    }

    private static string Text(DataKeyView view) => Columns.Facts(
        ("plaintext", view.Plaintext is null ? null : Convert.ToBase64String(view.Plaintext)),
        ("envelope", view.Envelope ?? view.Path));

    private async Task DeliverAsync(byte[] envelope, string where, string? ring, string? sourceKeyId, CancellationToken cancellationToken)
    {
        await destination.EnvelopeAsync(session, envelope, cancellationToken);
        if (session.Printer.IsJson)
        {
            var header = Envelope.ReadHeader(envelope);
            session.Printer.Show(
                new ProtectedView
                {
                    KeyRing = ring,
                    KeyId = header.KeyId.ToString(),
                    SourceKeyId = sourceKeyId,
                    Suite = (int)header.Suite,
                    Where = where,
                    Envelope = destination.Path is null ? Envelope.ToText(envelope) : null,
                    Path = destination.Path,
                },
                CliJson.Form.ProtectedView,
                _ => string.Empty);
        }
    }
}
