namespace Dkm.Cli.Doctor;

using System;
using Dkm.Cli.Output;
using Dkm.Core;

/// <summary>What an error of one replica means, and what to do about it. Pure.</summary>
internal static class ReplicaTrouble
{
    /// <param name="address">Who was asked.</param>
    /// <param name="error">What came of it.</param>
    /// <param name="several">Whether there are other replicas of that service: <c>dkm dev</c> is not what starts those.</param>
    public static (string Trouble, string Advice) Of(Uri address, DkmException error, bool several) => error switch
    {
        { Reason: Reasons.ServerIdentity } when IsTheOneMeant(error) =>
            (DidNotAnswer(address, error), "its certificate is not accepted: issue a new one and put it in the place of the old files (tls.crt, tls.key); it is taken without a restart"),
        { Reason: Reasons.ServerIdentity } =>
            (DidNotAnswer(address, error), "something else answers there: look at the address in config.json, and at the server's certificate; nothing was sent to it"),
        { Reason: Reasons.NotReady } =>
            ($"{address} answers and is not ready: {error.Message}", "if it has just been started, ask again in some seconds; else it cannot reach Access or its store: its log and its /readyz say which"),
        { Kind: ErrorKind.Unauthenticated } => (DidNotAnswer(address, error), "this identity's certificate is not accepted: issue a new one, or take another identity"),
        { Kind: ErrorKind.Unavailable or ErrorKind.DeadlineExceeded } => (DidNotAnswer(address, error), Start(several)),
        _ => (DidNotAnswer(address, error), "look at the service's log"),
    };

    private static string DidNotAnswer(Uri address, DkmException error) => $"{address} did not answer: {Words.Of(error.Kind)} {error.Reason}: {error.Message}";

    /// <summary>The right name on a certificate that is no good (expired, on the deny list, of an unknown CA) is hardly somebody else.</summary>
    private static bool IsTheOneMeant(DkmException error)
    {
        const string expected = "expected ", seen = ", seen ";
        var (from, to) = (error.Message.IndexOf(expected, StringComparison.Ordinal), error.Message.IndexOf(seen, StringComparison.Ordinal));
        return from >= 0 && to > from
            && error.Message.AsSpan(to + seen.Length).StartsWith(string.Concat(error.Message.AsSpan()[(from + expected.Length)..to], ", which is not accepted"), StringComparison.Ordinal);
    }

    private static string Start(bool several) => several
        ? "start it again, if that is its address; the others serve meanwhile (after make cluster: deploy/cluster.sh status, and start NAME)"
        : "is it running, and is that its address? On this machine: dkm dev";
}
