namespace Dkm.UnitTests.Transport;

using Dkm.Core;
using Dkm.Transport;
using Xunit;

public sealed class RepeatRuleTests
{
    [Theory]
    // What never left this process goes to the next replica, whatever it is, until each had its turn.
    [InlineData(ErrorKind.Unavailable, false, false, false, 1, true, "Elsewhere")]
    [InlineData(ErrorKind.Unauthenticated, false, false, false, 1, true, "Elsewhere")]
    [InlineData(ErrorKind.Unavailable, false, false, false, 2, true, "GiveUp")]
    [InlineData(ErrorKind.Unavailable, false, false, false, 1, false, "GiveUp")]
    // What may have been done is done again only if that is harmless.
    [InlineData(ErrorKind.Unavailable, false, true, false, 1, true, "GiveUp")]
    [InlineData(ErrorKind.Unavailable, false, true, true, 1, true, "Elsewhere")]
    [InlineData(ErrorKind.Unavailable, false, true, true, 1, false, "Later")]
    [InlineData(ErrorKind.Unavailable, false, true, true, 4, true, "GiveUp")]
    [InlineData(ErrorKind.DeadlineExceeded, true, true, true, 1, true, "Elsewhere")]
    [InlineData(ErrorKind.DeadlineExceeded, false, true, true, 1, true, "GiveUp")]
    [InlineData(ErrorKind.ResourceExhausted, false, true, true, 1, true, "GiveUp")]
    [InlineData(ErrorKind.Aborted, false, true, true, 1, true, "GiveUp")]
    public void Decide_Failure_FollowsFromWhatMayHaveHappened(
        ErrorKind kind, bool cutShort, bool sent, bool repeatable, int attempt, bool hasOther, string expected) => Assert.Equal(
            expected,
            RepeatRule.Decide(new DkmException(kind, Reasons.NotConnected, "x"), cutShort, sent, repeatable, attempt, maximum: 4, replicas: 2, hasOther).ToString());
}
