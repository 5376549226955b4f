namespace Dkm.UnitTests.Cli.Doctor;

using System;
using Dkm.Cli.Doctor;
using Dkm.Core;
using Xunit;

/// <summary>What dkm doctor says of a replica that did not tell how it is.</summary>
public sealed class ReplicaTroubleTests
{
    private const string Meant = "spiffe://dkm.local/dkm/keyring";

    private static readonly Uri Address = new("https://keyring-0:8443");

    [Theory]
    [InlineData(Meant + ", which is not accepted: the certificate was valid until 2026-11-24 18:30:33Z", "issue a new one")]
    [InlineData("spiffe://dkm.local/dkm/access, which is not accepted: the certificate was valid until 2026-11-24 18:30:33Z", "something else answers there")]
    [InlineData(Meant + "-2, which is not accepted: no CA of ours", "something else answers there")]
    [InlineData("spiffe://dkm.local/dkm/access", "something else answers there")]
    [InlineData("a server without a certificate", "something else answers there")]
    public void Of_ServersCertificate_TellsAnExpiredOneFromSomebodyElse(string seen, string advice) => Assert.Contains(
        advice,
        Of(ErrorKind.Unauthenticated, Reasons.ServerIdentity, $"the server is not the one meant: expected {Meant}, seen {seen}").Advice,
        StringComparison.Ordinal);

    [Fact]
    public void Of_NotReady_HasAnswered()
    {
        var (trouble, advice) = Of(ErrorKind.Unavailable, Reasons.NotReady, "the policy has not arrived yet");

        Assert.Equal($"{Address} answers and is not ready: the policy has not arrived yet", trouble);
        Assert.DoesNotContain("start it again", advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "deploy/cluster.sh")]
    [InlineData(false, "dkm dev")]
    public void Of_NoConnection_SaysWhatStartsIt(bool several, string advice)
    {
        var told = ReplicaTrouble.Of(Address, new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "refused"), several);

        Assert.StartsWith($"{Address} did not answer: UNAVAILABLE NOT_CONNECTED: refused", told.Trouble, StringComparison.Ordinal);
        Assert.Contains(advice, told.Advice, StringComparison.Ordinal);
    }

    private static (string Trouble, string Advice) Of(ErrorKind kind, string reason, string message) =>
        ReplicaTrouble.Of(Address, new DkmException(kind, reason, message), several: true);
}
