namespace Dkm.UnitTests.Cli;

using System;
using System.Linq;
using Dkm.Cli.Failures;
using Dkm.Core;
using Xunit;

public sealed class TeachingTests
{
    private const string Ring = "mail/connected-accounts";

    private static readonly SpiffeId Admin = SpiffeId.Parse("spiffe://dkm.local/human/admin");
    private static readonly SpiffeId Worker = SpiffeId.Parse("spiffe://dkm.local/ns/mail/sa/imap");
    private static readonly DkmException Denied = new(ErrorKind.PermissionDenied, Reasons.PermissionMissing, "no");

    [Fact]
    public void Explain_HumanWhoWantsToOpen_HearsThatHumansNeverMay()
    {
        var failure = Teaching.Explain(Denied, new Attempt(DkmService.Crypto, "decrypt", Ring), Admin, "admin");

        Assert.Equal(ExitCode.Denied, failure.ExitCode);
        Assert.Equal(Admin.ToString(), failure.Caller);
        Assert.Equal("admin", failure.Identity);
        Assert.Equal($"decrypt on {Ring}", failure.Missing);
        Assert.Contains("humans never reach keys", failure.Advice![0], StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Advice, line => line.Contains("dkm group add", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_WorkloadWithoutBinding_HearsWhatAnAdministratorCanDo()
    {
        var failure = Teaching.Explain(Denied, new Attempt(DkmService.KeyRing, "hold", Ring), Worker, "imap");

        Assert.Contains(failure.Advice!, line => line.EndsWith($"dkm group add GROUP {Worker}", StringComparison.Ordinal));
        Assert.Contains(failure.Advice!, line => line.EndsWith($"dkm ring bind {Ring} GROUP=hold", StringComparison.Ordinal));
        Assert.Contains(failure.Advice!, line => line.EndsWith($"dkm access check {Worker} {Ring} hold", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_WorkloadThatWantsToAdminister_HearsOfAdministrators()
    {
        var failure = Teaching.Explain(Denied, Attempt.Administration(DkmService.Access), Worker, "imap");

        Assert.Equal("membership in dkm-admins", failure.Missing);
        Assert.Contains(failure.Advice!, line => line.Contains("--identity NAME", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_UnknownRing_NamesNone()
    {
        var failure = Teaching.Explain(Denied, new Attempt(DkmService.Crypto, "decrypt", Ring: null), Worker, "imap");

        Assert.Equal("decrypt on the ring of this envelope's key", failure.Missing);
        Assert.DoesNotContain(failure.Advice!, line => line.Contains("access check", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ErrorKind.PermissionDenied, 3)]
    [InlineData(ErrorKind.Unauthenticated, 3)]
    [InlineData(ErrorKind.NotFound, 4)]
    [InlineData(ErrorKind.InvalidArgument, 5)]
    [InlineData(ErrorKind.Unavailable, 6)]
    [InlineData(ErrorKind.ResourceExhausted, 6)]
    [InlineData(ErrorKind.DeadlineExceeded, 6)]
    [InlineData(ErrorKind.FailedPrecondition, 7)]
    [InlineData(ErrorKind.Aborted, 7)]
    [InlineData(ErrorKind.AlreadyExists, 7)]
    [InlineData(ErrorKind.Internal, 1)]
    public void ExitCode_OfEveryKind_IsTheOnePromised(ErrorKind kind, int code) => Assert.Equal(code, ExitCode.Of(kind));

    [Fact]
    public void ExitCode_OfEveryKind_IsTested() =>
        Assert.Equal(
            Enum.GetValues<ErrorKind>().Order(),
            typeof(TeachingTests).GetMethod(nameof(ExitCode_OfEveryKind_IsTheOnePromised))!
                .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>()
                .Select(data => (ErrorKind)data.Data[0]!).Order());
}
