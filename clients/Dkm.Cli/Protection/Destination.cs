namespace Dkm.Cli.Protection;

using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core.Envelopes;

/// <summary>Where a result goes: a file that appears when it is complete, else standard output as it is.</summary>
internal sealed record Destination(string? Path, bool Text)
{
    /// <summary>Refused before anything is done: an envelope's bytes are nothing to look at.</summary>
    public void RefuseBinaryOnTerminal(Session session)
    {
        if (Path is null && !Text && session.Environment.OutputIsTerminal && !session.Printer.IsJson)
        {
            throw new UsageException("an envelope is bytes, nothing for a terminal", "--text prints its text form, --out PATH writes a file, or send it through a pipe");
        }
    }

    public Task EnvelopeAsync(Session session, byte[] envelope, CancellationToken cancellationToken) =>
        BytesAsync(session, Text ? Encoding.ASCII.GetBytes(Envelope.ToText(envelope) + "\n") : envelope, cancellationToken);

    /// <summary>To the file or to standard output; JSON without a file carries the bytes itself.</summary>
    public async Task BytesAsync(Session session, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Path is not null)
        {
            await CompleteFile.WriteAsync(Path, bytes, cancellationToken);
        }
        else if (!session.Printer.IsJson)
        {
            await session.Environment.Output.WriteAsync(bytes, cancellationToken);
            await session.Environment.Output.FlushAsync(cancellationToken);
        }
    }
}
