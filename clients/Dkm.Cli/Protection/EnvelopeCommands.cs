namespace Dkm.Cli.Protection;

using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Crypto.V1;
using Google.Protobuf;

/// <summary><c>dkm envelope show</c></summary>
internal static class EnvelopeCommands
{
    public static Command Create(CommandRunner runner) => new("envelope", "Look at an envelope from outside") { Show(runner) };

    private static Command Show(CommandRunner runner)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The envelope, in either form [default: standard input]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var offline = new Option<bool>("--offline") { Description = "Only what stands in the envelope; ask nobody" };
        var command = new Command("show", "Key, suite and length; the ring, if you may know it. Opens nothing") { file, offline };
        command.SetAction(runner.Action(async (parse, session, cancellationToken) =>
        {
            var envelope = await Input.EnvelopeAsync(session, parse.GetValue(file), cancellationToken);
            var view = FromHeader(envelope);
            view = parse.GetValue(offline) ? view : await AskAsync(session, envelope, view, cancellationToken);
            session.Printer.Show(view, CliJson.Form.EnvelopeView, shown => shown.ToText());
        }));
        return command;
    }

    private static EnvelopeView FromHeader(byte[] envelope)
    {
        var header = Envelope.ReadHeader(envelope);
        return new EnvelopeView
        {
            KeyId = header.KeyId.ToString(),
            Suite = (int)header.Suite,
            Length = envelope.Length,
            PlaintextLength = header.PlaintextLength,
        };
    }

    private static async Task<EnvelopeView> AskAsync(Session session, byte[] envelope, EnvelopeView view, CancellationToken cancellationToken)
    {
        try
        {
            var crypto = new CryptoService.CryptoServiceClient(session.Once(DkmService.Crypto));
            var request = new DescribeEnvelopeRequest { Envelope = UnsafeByteOperations.UnsafeWrap(envelope) };
            var described = await crypto.DescribeEnvelopeAsync(request, session.Options(cancellationToken));
            return described.KeyRing.Length == 0
                ? view with { Note = "the key is unknown, or you have no binding on its ring" }
                : view with
                {
                    KeyRing = described.KeyRing,
                    KeyState = Words.Of(described.KeyState),
                    KeyActivateTime = Times.Of(described.KeyActivateTime),
                };
        }
        catch (DkmException e) when (e.Kind is ErrorKind.Unavailable or ErrorKind.PermissionDenied)
        {
            return view with { Note = $"Crypto does not tell the ring: {e.Message}" };
        }
        catch (UsageException e)
        {
            return view with { Note = $"Crypto was not asked: {e.Message}" };
        }
    }
}
