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

    [Theory]
    [InlineData(DkmService.Crypto, "encrypt", "--remote", "serve: local: leave out --remote")]
    [InlineData(DkmService.KeyRing, "hold", "--local", "serve: remote, where a binding with hold is refused: leave out --local")]
    public void Explain_DeniedWhereTheCallerChose_HearsOfTheOtherWay(DkmService service, string permission, string way, string expected)
    {
        var denied = new DkmException(ErrorKind.PermissionDenied, Reasons.NotBound, "no");

        var chosen = Teaching.Explain(denied, new Attempt(service, permission, Ring) { Way = way }, Worker, "imap").Advice!;
        var free = Teaching.Explain(denied, new Attempt(service, permission, Ring), Worker, "imap").Advice!;

        Assert.Contains(chosen, line => line.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(free, line => line.Contains(way, StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_HoldOnARingThatIsServedRemotely_AdvisesNoBinding()
    {
        var denied = new DkmException(ErrorKind.PermissionDenied, Reasons.RingNotServed, "no");

        var failure = Teaching.Explain(denied, new Attempt(DkmService.KeyRing, "hold", Ring) { Way = "--local" }, Worker, "imap");

        Assert.StartsWith("leave out --local", Assert.Single(failure.Advice!), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_WorkloadThatWantsToAdminister_HearsOfAdministrators()
    {
        var failure = Teaching.Explain(Denied, Attempt.Administration(DkmService.Access), Worker, "imap");

        Assert.Equal("an administrator, who is always a human", failure.Missing);
        Assert.Contains(failure.Advice!, line => line.Contains("--identity NAME", StringComparison.Ordinal));
        Assert.DoesNotContain(failure.Advice!, line => line.Contains("dkm-admins", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_HumanWhoWantsToAdminister_HearsHowToBecomeAnAdministrator()
    {
        var failure = Teaching.Explain(Denied, Attempt.Administration(DkmService.Access), Admin, "admin");

        Assert.Equal("membership in dkm-admins", failure.Missing);
        Assert.Contains(failure.Advice!, line => line.EndsWith($"dkm group add dkm-admins {Admin}", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_WorkloadWithoutManage_IsNotSentToTheAdministrators() => Assert.DoesNotContain(
        Teaching.Explain(Denied, new Attempt(DkmService.KeyRing, "manage", Ring), Worker, "imap").Advice!,
        line => line.Contains("dkm-admins", StringComparison.Ordinal));

    [Fact]
    public void Explain_ServiceWithoutBinding_IsNotTakenForAHuman()
    {
        var failure = Teaching.Explain(Denied, new Attempt(DkmService.Crypto, "decrypt", Ring), SpiffeId.Parse("spiffe://dkm.local/dkm/access"), "access");

        Assert.DoesNotContain(failure.Advice!, line => line.Contains("humans", StringComparison.Ordinal));
        Assert.Contains(failure.Advice!, line => line.Contains("own services", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("key_ring.policy.rollover_period", "--period", "rollover_period is 1h and must exceed activation_lead", "--period is 1h and must exceed --lead")]
    [InlineData("key_ring.policy.key_lease", "--key-lease", "key_lease is 31d", "--key-lease is 31d")]
    [InlineData("key_ring.policy.suite", "--suite", "suite knows suites 1 and 3", "suite knows suites 1 and 3")]
    [InlineData("key_ring.bindings[0].group", "GROUP=PERM", "group 'rollover_period' does not exist", "group 'rollover_period' does not exist")]
    [InlineData("envelope", null, "too short", "too short")]
    public void Explain_FieldOfTheContract_IsSaidInFlags(string field, string? flag, string message, string said)
    {
        var failure = Teaching.Explain(DkmException.Invalid(field, Reasons.InvalidField, message), Attempt.Administration(DkmService.KeyRing), Admin, "admin");

        Assert.Equal((flag, said, field), (failure.Flag, failure.Message, failure.Field));
    }

    [Theory]
    [InlineData(Reasons.OtherRing, "envelope", "dkm envelope show")]
    [InlineData(Reasons.Malformed, "envelope", "cut off")]
    [InlineData(Reasons.TooLong, "plaintext", "dkm datakey")]
    [InlineData(Reasons.CannotOpen, null, "--context")]
    public void Explain_InvalidData_HasAdviceOfItsOwn(string reason, string? field, string expected)
    {
        var failure = Teaching.Explain(new DkmException(ErrorKind.InvalidArgument, reason, "no", field), new Attempt(DkmService.Crypto, "decrypt", Ring), Worker, "imap");

        Assert.Contains(expected, Assert.Single(failure.Advice!), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_StoreFull_SaysHowToMakeRoom()
    {
        var failure = Teaching.Explain(new DkmException(ErrorKind.Unavailable, Reasons.StoreFull, "full"), Attempt.Administration(DkmService.KeyRing), Admin, "admin");

        Assert.Equal(6, failure.ExitCode);
        Assert.Contains("etcdctl alarm disarm", failure.Advice![0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Reasons.NotConnected, true)]
    [InlineData(Reasons.PolicyStale, false)]
    [InlineData(Reasons.NotReady, false)]
    public void Explain_Unavailable_SendsToTheDoctorAndSaysHowToStartOnlyWhatDoesNotAnswer(string reason, bool start)
    {
        var failure = Teaching.Explain(new DkmException(ErrorKind.Unavailable, reason, "no"), Attempt.Administration(DkmService.KeyRing), Admin, "admin");

        Assert.EndsWith("dkm doctor", failure.Advice![0], StringComparison.Ordinal);
        Assert.Equal(start, failure.Advice!.Any(line => line.Contains("dkm dev", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Reasons.ServerIdentity, false)]
    [InlineData(Reasons.CertificateExpired, true)]
    public void Explain_CertificateOfTheServer_IsNotTakenForTheCallers(string reason, bool callers)
    {
        var failure = Teaching.Explain(new DkmException(ErrorKind.Unauthenticated, reason, "no"), Attempt.Administration(DkmService.KeyRing), Admin, "admin");

        Assert.Equal(callers, failure.Advice!.Any(line => line.Contains("dkm pki issue", StringComparison.Ordinal)));
        Assert.Contains(failure.Advice!, line => line.Contains("dkm doctor", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_NotFound_NamesTheCommandThatShowsWhatThereIs()
    {
        var missing = new DkmException(ErrorKind.NotFound, Reasons.NotFound, "no");

        Assert.Equal(["see what there is: dkm group list"], Teaching.Explain(missing, Attempt.Administration(DkmService.Access), Admin, "admin").Advice!);
        Assert.Equal(["see what there is: dkm ring list"], Teaching.Explain(missing, Attempt.Administration(DkmService.KeyRing), Admin, "admin").Advice!);
        Assert.Equal(
            ["see what there is: dkm group show g"],
            Teaching.Explain(missing, Attempt.Administration(DkmService.Access) with { Look = "dkm group show g" }, Admin, "admin").Advice!);
    }

    [Theory]
    [InlineData(Reasons.KeyUnknownOrNotYours, "may not open; ring bind RING GROUP=decrypt", "decrypt on the ring of this envelope's key")]
    [InlineData(Reasons.PermissionMissing, "is bound to 'mail/old', but without decrypt", "decrypt on the ring of this envelope's key")]
    [InlineData(Reasons.NotBound, "is in no group that is bound to 'mail/new', so encrypt is denied", "encrypt on mail/new")]
    public void Explain_DeniedReencryption_NamesTheRightRingAndPermission(string reason, string message, string missing)
    {
        var denied = new DkmException(ErrorKind.PermissionDenied, reason, message);

        Assert.Equal(missing, Teaching.Explain(denied, Dkm.Cli.Protection.ReencryptAttempt.Of(denied, "mail/new"), Worker, "imap").Missing);
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
