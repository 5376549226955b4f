namespace Dkm.Hosting.Policy;

using System;
using System.Linq;
using Dkm.Core.Authorization;
using Wire = Dkm.Access.V1;

/// <summary>What a replica makes of one message of the stream: pure, so that every gap and every rollback can be a line of a test.</summary>
internal static class PolicyState
{
    public enum Verdict
    {
        /// <summary>Take <c>next</c>.</summary>
        Advance,

        /// <summary>Nothing new; the confirmation counts.</summary>
        Confirm,

        /// <summary>Something was missed, or the stream did not begin with a snapshot: begin again.</summary>
        Gap,

        /// <summary>Older than what is held: refuse, and try elsewhere.</summary>
        Rollback,
    }

    /// <param name="held">What is held; its version is zero before the first snapshot.</param>
    /// <param name="synchronized">Whether this stream's snapshot has come.</param>
    /// <param name="message">The message.</param>
    /// <param name="unreadableMember">Told the group of each member that is no SPIFFE ID.</param>
    public static (Verdict Verdict, PolicySnapshot Next) Step(
        PolicySnapshot held, bool synchronized, Wire.WatchPolicyResponse message, Action<string> unreadableMember)
    {
        switch (message.EventCase)
        {
            case Wire.WatchPolicyResponse.EventOneofCase.Snapshot:
                var offered = message.Snapshot.Version.ToCore();
                return offered < held.Version
                    ? (Verdict.Rollback, held)
                    : (Verdict.Advance, PolicySnapshot.Create(offered, ToCore(message.Snapshot.Groups, unreadableMember), ToCore(message.Snapshot.Elevations)));

            case Wire.WatchPolicyResponse.EventOneofCase.Change when synchronized:
                var change = message.Change;
                return change.PreviousVersion.ToCore() != held.Version || change.Version.ToCore() <= held.Version
                    ? (Verdict.Gap, held)
                    : (Verdict.Advance, held.With(
                        change.Version.ToCore(),
                        ToCore(change.UpdatedGroups, unreadableMember),
                        change.DeletedGroupUids,
                        ToCore(change.StartedElevations),
                        change.EndedElevationIds));

            case Wire.WatchPolicyResponse.EventOneofCase.Heartbeat when synchronized && message.Heartbeat.Version.ToCore() == held.Version:
                return (Verdict.Confirm, held);

            default:
                return (Verdict.Gap, held);
        }
    }

    public static DateTimeOffset ConfirmTime(Wire.WatchPolicyResponse message) => message.EventCase switch
    {
        Wire.WatchPolicyResponse.EventOneofCase.Snapshot => message.Snapshot.ConfirmTime.ToCore(),
        Wire.WatchPolicyResponse.EventOneofCase.Change => message.Change.ConfirmTime.ToCore(),
        Wire.WatchPolicyResponse.EventOneofCase.Heartbeat => message.Heartbeat.ConfirmTime.ToCore(),
        _ => default,
    };

    /// <summary>Null from an Access that does not say it yet.</summary>
    public static DateTimeOffset? ClockTime(Wire.WatchPolicyResponse message) => message.EventCase switch
    {
        Wire.WatchPolicyResponse.EventOneofCase.Snapshot => message.Snapshot.ClockTime?.ToDateTimeOffset(),
        Wire.WatchPolicyResponse.EventOneofCase.Change => message.Change.ClockTime?.ToDateTimeOffset(),
        Wire.WatchPolicyResponse.EventOneofCase.Heartbeat => message.Heartbeat.ClockTime?.ToDateTimeOffset(),
        _ => null,
    };

    private static ElevationEntry[] ToCore(Google.Protobuf.Collections.RepeatedField<Wire.PolicyElevation> elevations) =>
        [.. elevations.Select(PolicyMapping.ToCore).OfType<ElevationEntry>()];

    private static GroupEntry[] ToCore(Google.Protobuf.Collections.RepeatedField<Wire.PolicyGroup> groups, Action<string> unreadableMember)
    {
        var entries = new GroupEntry[groups.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = groups[i].ToCore(unreadableMember);
        }

        return entries;
    }
}
