namespace Dkm.UnitTests.Audit;

using System;
using System.Linq;
using Dkm.Audit;
using Dkm.Core;
using Xunit;

public sealed class AnchorRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 30, 0, TimeSpan.Zero);

    private static readonly ListedLeaves Leaves = ListedLeaves.Of(20);

    private static NoteVerifier Log => TestLog.Key.Signer.Verifier;

    [Fact]
    public void Register_OwnName_IsTaken_AndAnyOtherIsNot()
    {
        Assert.Equal(Log.Name, AnchorRule.Register(Log.ToString(), "mail.example", "crypto").Name);

        using var foreign = new NoteSigner(Log.Name, NoteKind.Signature, new byte[32]);
        using var cosigner = new NoteSigner(Log.Name, NoteKind.Cosignature, Enumerable.Repeat((byte)7, 32).ToArray());
        Assert.All([foreign.Verifier.ToString(), cosigner.Verifier.ToString(), "", null], key => Refused(() => AnchorRule.Register(key, "mail.example", "crypto"), Reasons.Malformed));
        Refused(() => AnchorRule.Register(Log.ToString(), "mail.example", "keyring"), Reasons.Malformed);
        Refused(() => AnchorRule.Register(Log.ToString(), "other.example", "crypto"), Reasons.Malformed);
    }

    [Fact]
    public void Take_EveryGrowth_WithItsProofAlone()
    {
        Assert.Equal(At(5), AnchorRule.Take(Log, null, Signed(At(5)), []));
        Assert.Null(AnchorRule.Take(Log, At(5), Signed(At(5)), []));
        for (var size = 6; size <= 20; size++)
        {
            var proof = TreeProofs.Consistency(Leaves, 5, size);

            Assert.Equal(At(size), AnchorRule.Take(Log, At(5), Signed(At(size)), proof));
            Refused(() => AnchorRule.Take(Log, At(5), Signed(At(size)), []), Reasons.AuditDamaged);
            Refused(() => AnchorRule.Take(Log, At(5) with { Root = MerkleHashing.Empty }, Signed(At(size)), proof), Reasons.AuditDamaged);
            Refused(() => AnchorRule.Take(Log, At(size), Signed(At(5)), proof), Reasons.AuditDamaged);
        }

        Refused(() => AnchorRule.Take(Log, At(5), Signed(At(5) with { Root = MerkleHashing.Empty }), []), Reasons.AuditDamaged);
    }

    [Fact]
    public void Take_NotSignedByTheLog_IsRefused()
    {
        using var foreign = new NoteSigner(Log.Name, NoteKind.Signature, new byte[32]);

        Refused(() => AnchorRule.Take(Log, null, foreign.Sign(At(5).Text, Now), []), Reasons.Malformed);
        Refused(() => AnchorRule.Take(Log, null, Signed(At(5) with { Origin = "another" }), []), Reasons.Malformed);
    }

    [Fact]
    public void Thin_Many_LeavesTheLastOfEachHourAndOfEachDay()
    {
        var taken = Enumerable.Range(0, 60 * 24 * 6).Select(i => Now - TimeSpan.FromDays(60) + TimeSpan.FromMinutes(i * 10)).ToList();
        var gone = AnchorRule.Thin(taken, Now).ToHashSet();
        var left = taken.Where((_, i) => !gone.Contains(i)).ToList();

        Assert.Equal(taken[^1], left[^1]);
        Assert.Equal(6, left.Count(time => Now - time <= TimeSpan.FromHours(1)));

        // The day and the hour in which the age is reached are thinned when they are wholly over.
        Assert.Equal(30, left.Count(time => Now - time > TimeSpan.FromDays(30)));
        Assert.Equal((30 * 24) - 1 + 6, left.Count(time => Now - time <= TimeSpan.FromDays(30)));
        Assert.Empty(AnchorRule.Thin(left, Now));
    }

    private static Checkpoint At(int size) => new(Log.Name, size, ListedLeaves.Root(Leaves.Leaves.Take(size).ToList()));

    private static SignedNote Signed(Checkpoint checkpoint) => TestLog.Key.Signer.Sign(checkpoint.Text, Now);

    private static void Refused(Action act, string reason) => Assert.Equal(reason, Assert.Throws<DkmException>(act).Reason);
}
