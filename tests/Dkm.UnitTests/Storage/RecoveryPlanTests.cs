namespace Dkm.UnitTests.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <summary>
/// Every small case of a recovery: a replica at 1.2 that holds a key, which is never deleted, and a group, which may be, each in any state, over a store that has them in any state
/// under any manifest. Each plan is carried out as <see cref="Recovery"/> does, and what stands in the store then is judged.
/// </summary>
public sealed class RecoveryPlanTests
{
    private const string Key = "keys/1";
    private const string Group = "groups/1";

    private static readonly ManifestVersion HeldVersion = new(1, 2);
    private static readonly ServiceStoreOptions Options = new() { NeverDeleted = ["keys/"] };

    private static readonly RecordFacts?[] Held = [null, new(1, 1, 10, 1, 1), new(2, 1, 11, 1, 1)];

    // Not there; does not open; as it is held or older; another sealing of the version held; newer than all that is held.
    private static readonly FoundRecord?[] Found = [null, new(20, 0, 0), new(21, 1, 1), new(22, 2, 1), new(23, 2, 2), new(24, 3, 1)];

    private static readonly ManifestVersion?[] FoundVersions = [null, new(1, 1), HeldVersion, new(1, 3), new(2, 1)];

    [Fact]
    public void Make_EveryCase_EndsInAStoreWithAllThatIsHeldAndAllThatIsNewer()
    {
        var cases = Cases().ToList();

        Assert.Equal(3 * 3 * 6 * 6 * 5 * 2 * 2, cases.Count);
        Assert.All(cases, one => one.Check());
    }

    [Fact]
    public void Make_AheadAndNotTrusted_SaysWhoHasToRecover()
    {
        var found = new FoundRecords(30, Of(new ManifestVersion(1, 3)), new Dictionary<string, FoundRecord>());

        var refused = Assert.Throws<DkmException>(
            () => RecoveryPlan.Make(Of(HeldVersion), new Dictionary<string, RecordFacts>(), found, trusted: false, HeldVersion, Options));
        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.StoreRefused), (refused.Kind, refused.Reason));
        Assert.Contains("at 1.3", refused.Message, StringComparison.Ordinal);
        Assert.Contains("holds 1.2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddUp_RecordThatDoesNotOpen_IsNever()
    {
        using var key = MultisetDigestTests.NewKey("cluster/access");
        var records = new Dictionary<string, FoundRecord> { [Group] = new(20, 0, 0) };
        var sum = new FoundRecords(30, null, records).Sum(key);

        Assert.False(new FoundRecords(30, Of(HeldVersion) with { Count = 1, Digest = sum }, records).AddUp(key));
    }

    private static Manifest Of(ManifestVersion version) => new(version, 0, default, 1, KeyId.Create(DateTimeOffset.UnixEpoch));

    private static IEnumerable<Case> Cases() =>
        from key in Held
        from heldGroup in Held
        from foundKey in Found
        from foundGroup in Found
        from version in FoundVersions
        from trusted in (bool[])[false, true]
        from seen in (ManifestVersion[])[HeldVersion, new(3, 9)]
        select new Case(Map(key, heldGroup), Map(foundKey, foundGroup), version, trusted, seen);

    private static Dictionary<string, T> Map<T>(T? key, T? group)
        where T : struct
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (path, value) in ((string, T?)[])[(Key, key), (Group, group)])
        {
            if (value is { } there)
            {
                map[path] = there;
            }
        }

        return map;
    }

    private sealed record Case(
        Dictionary<string, RecordFacts> Records, Dictionary<string, FoundRecord> Before, ManifestVersion? Version, bool Trusted, ManifestVersion Seen)
    {
        private bool Ahead => Version > HeldVersion;

        public void Check()
        {
            if (Ahead && !Trusted)
            {
                Assert.Throws<DkmException>(() => Plan(Before));
                return;
            }

            var plan = Plan(Before);
            Assert.Empty(plan.Puts.Intersect(plan.Deletes));
            Assert.Subset(Records.Keys.ToHashSet(), plan.Puts.ToHashSet());
            var after = CarryOut(plan, Before);
            var next = Plan(after);
            Assert.True(next.IsDone, $"once is enough: {this}");
            Assert.All(((string[])[Key, Group]), path => Assert.True(
                Expected(path) == (after.TryGetValue(path, out var there) ? there.Version == plan.Version.Number ? "held" : "found" : "none"),
                $"{path} is to be {Expected(path)}: {this}"));
            Assert.All(Before.Values.Concat(after.Values), record => Assert.True(next.Version.Number > record.Version, $"{next.Version}: {this}"));
            Assert.All(
                (ManifestVersion[])[HeldVersion, Version ?? default, Seen],
                version => Assert.True(next.Version.Epoch > version.Epoch && next.Version.Number > version.Number, $"{next.Version}: {this}"));
        }

        public override string ToString() => $"held {string.Join(' ', Records)}, found {string.Join(' ', Before)} at {Version}, trusted {Trusted}, seen {Seen}";

        /// <summary>What is to stand in the store in the end: what is held, what was found, or nothing.</summary>
        private string Expected(string path)
        {
            var isHeld = Records.TryGetValue(path, out var held);
            var found = Before.TryGetValue(path, out var there) && there.Opens ? there : (FoundRecord?)null;
            return (isHeld, found) switch
            {
                // Rights that others may have taken away meanwhile do not come back; what envelopes were made with does, always.
                (true, null) => path == Key || !Ahead ? "held" : "none",
                (true, { } other) => other.Version > held.Version || (other.Version == held.Version && other.Stamp == held.Stamp) ? "found" : "held",

                // What was deleted here before is older than 1.3; a newer one was written by somebody who went on.
                (false, { } other) => path == Key || Ahead || other.Version > HeldVersion.Number ? "found" : "none",
                (false, null) => "none",
            };
        }

        private RecoveryPlan Plan(Dictionary<string, FoundRecord> found) => RecoveryPlan.Make(
            Of(HeldVersion), Records, new FoundRecords(30, Version is { } version ? Of(version) : null, found), Trusted, Seen, Options);

        private static Dictionary<string, FoundRecord> CarryOut(RecoveryPlan plan, Dictionary<string, FoundRecord> found)
        {
            var after = found.Where(record => !plan.Deletes.Contains(record.Key)).ToDictionary(StringComparer.Ordinal);
            foreach (var path in plan.Puts)
            {
                after[path] = new FoundRecord(40, plan.Version.Number, 7);
            }

            return after;
        }
    }
}
