namespace Dkm.UnitTests.ApprovalModel;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.UnitTests.Access;
using ElevationPolicy = Dkm.Access.Approvals.ElevationPolicy;
using ElevationTerms = Dkm.Access.Approvals.ElevationTerms;
using Petition = Dkm.Access.Approvals.Petition;

/// <summary>
/// The shipped rules, asked in the model's words. They have no switches: a guard is taken away by telling the rule something else than the truth in just that point, so that it cannot see what it
/// guards against.
/// </summary>
internal sealed class ShippedDecisions
{
    private static readonly SpiffeId[] Persons = [Groups.Human("r"), Groups.Human("m"), Groups.Human("l")];
    private static readonly SpiffeId[] Aliases = [Groups.Human("r2"), Groups.Human("m2"), Groups.Human("l2")];
    private static readonly byte[][] Keys = [[], [1], [2]];
    private static readonly byte[] OtherDigest = new byte[32];
    private static readonly DateTimeOffset Zero = Groups.Now;

    private readonly Dictionary<(ModelCommand, ModelPetition, int, int, int), ModelPetition?> known = [];
    private readonly ApprovalGuard guards;
    private readonly Petition petition;
    private readonly bool isProposal;

    public ShippedDecisions(ApprovalGuard guards, ApprovalScope scope)
    {
        this.guards = guards;
        isProposal = scope.Proposal;
        var draft = new Petition
        {
            Id = "019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70",
            Requester = Persons[0],
            PendingEndTime = At(ApprovalScope.PendingEnd),
            Levels = isProposal ? [new("first", "uid-of-first", 1)] : [new("first", "uid-of-first", 1), new("second", "uid-of-second", 1)],
            Elevation = isProposal ? null : new ElevationTerms("workers", "uid-of-workers", TimeSpan.FromSeconds(ApprovalScope.Duration), [], 0),
            Proposal = isProposal
                ? new ProposedChange { UpdateGroup = new UpdateGroupRequest { Group = new Group { Name = "object", Etag = "1", Members = { Groups.Worker("new").ToString() } } } }
                : null,
            Digest = default,
        };
        petition = PetitionRecords.Fix(draft, new byte[16]);
    }

    public static DateTimeOffset At(int tick) => Zero.AddSeconds(tick);

    /// <summary>Null if the rule refuses.</summary>
    public ModelPetition? Decide(ModelCommand command, ModelPetition before, int left, int objectVersion, int now)
    {
        var key = (command, before, left, objectVersion, now);
        if (!known.TryGetValue(key, out var answer))
        {
            known[key] = answer = Ask(command, before, left, objectVersion, now);
        }

        return answer;
    }

    /// <summary>Whether the approvals of those who truly stand behind it are enough.</summary>
    public bool IsApproved(ModelPetition after, int left)
    {
        var persons = new HashSet<int>();
        var counted = new int[petition.Levels.Count];
        foreach (var (person, level, other) in Approvals(after))
        {
            if (!other && person != 0 && IsMember(person, level, left) && persons.Add(person))
            {
                counted[level]++;
            }
        }

        return counted.All(count => count >= 1);
    }

    private static bool IsMember(int person, int level, int left) => level == 0
        ? person == 0 || (person == 1 && (left & 1) == 0)
        : person == 1 || (person == 2 && (left & 2) == 0);

    private static List<(int Person, int Level, bool Other)> Approvals(ModelPetition model)
    {
        var approvals = new List<(int, int, bool)>();
        for (var code = model.Approvals; code > 1; code >>= 4)
        {
            approvals.Insert(0, ((code >> 2) & 3, (code >> 1) & 1, (code & 1) == 1));
        }

        return approvals;
    }

    private ModelPetition? Ask(ModelCommand command, ModelPetition before, int left, int objectVersion, int now)
    {
        var given = guards.HasFlag(ApprovalGuard.EndedStays) || !before.IsEnded ? before : before with { State = PetitionState.Pending };
        var told = guards.HasFlag(ApprovalGuard.FirstKeyFixed) ? given : given with { Key = 0 };
        var time = At(guards.HasFlag(ApprovalGuard.PendingEnd) || given.State != PetitionState.Pending ? now : Math.Min(now, ApprovalScope.PendingEnd - 1));
        var asked = ToPetition(told);
        var groups = GroupsFor(command, before, left, objectVersion);
        try
        {
            var after = command.Kind switch
            {
                ModelCommandKind.Approve => Approve(asked, command, groups, time),
                ModelCommandKind.Deny => PetitionRule.Deny(asked, Persons[command.Person], "no", groups.Policy, time),
                ModelCommandKind.Cancel => PetitionRule.Cancel(asked, Persons[command.Person], time),
                ModelCommandKind.Revoke => PetitionRule.Revoke(asked, Persons[command.Person], "no", groups.Policy, time),
                ModelCommandKind.Issue => PetitionRule.FixKey(
                    asked, guards.HasFlag(ApprovalGuard.RequesterOnly) ? Persons[command.Person] : Persons[0], Keys[command.Value], time),
                _ => PetitionRule.Settle(asked, time),
            };
            return ToModel(after, before, command);
        }
        catch (DkmException)
        {
            return null;
        }
    }

    private Petition Approve(Petition asked, ModelCommand command, GroupSet groups, DateTimeOffset now)
    {
        var hides = command.Person == 0 ? !guards.HasFlag(ApprovalGuard.RequesterNeverApproves) : !guards.HasFlag(ApprovalGuard.PersonCountsOnce) && asked.Approvals.Count > 0;
        var digest = command.Value == 1 && guards.HasFlag(ApprovalGuard.Digest) ? OtherDigest : petition.Digest;
        var after = PetitionRule.Approve(asked, hides ? Aliases[command.Person] : Persons[command.Person], digest, string.Empty, groups, now);
        if (isProposal)
        {
            _ = ProposalRule.DecideAgain(after, groups, Groups.Fields, now);
        }

        return after;
    }

    private GroupSet GroupsFor(ModelCommand command, ModelPetition before, int left, int objectVersion)
    {
        var earlier = guards.HasFlag(ApprovalGuard.StillMember) ? [] : Approvals(before).Select(approval => (approval.Person, approval.Level)).ToHashSet();
        string[] Members(int level) => [.. Enumerable.Range(0, 3)
            .Where(person => IsMember(person, level, left)
                || earlier.Contains((person, level))
                || (!guards.HasFlag(ApprovalGuard.MemberAtApproval) && command.Kind == ModelCommandKind.Approve && command.Person == person))
            .SelectMany(person => (string[])[Persons[person].Person!, Aliases[person].Person!])];
        var version = isProposal && !guards.HasFlag(ApprovalGuard.ObjectEtag) ? 1 : objectVersion;
        var workers = Groups.Workload("workers", 1) with { Elevation = new ElevationPolicy(petition.Levels, TimeSpan.FromHours(1), TimeSpan.FromHours(1)) };
        return Groups.Set(Groups.Humans("first", 1, Members(0)), Groups.Humans("second", 1, Members(1)), workers, Groups.Workload("object", version));
    }

    /// <summary>Who approved under another name before is known by it.</summary>
    private Petition ToPetition(ModelPetition model)
    {
        var persons = new HashSet<int> { 0 };
        return petition with
        {
            State = model.State,
            ActiveTime = model.Active < 0 ? null : At(model.Active),
            EndTime = model.End < 0 ? null : At(model.End),
            KeyDigest = Keys[model.Key],
            Approvals =
            [
                .. Approvals(model).Select(approval => new PetitionApproval(
                    persons.Add(approval.Person) ? Persons[approval.Person] : Aliases[approval.Person], approval.Level, Zero, string.Empty, petition.Digest)),
            ],
        };
    }

    private static ModelPetition ToModel(Petition after, ModelPetition before, ModelCommand command)
    {
        var approvals = after.Approvals.Count > Approvals(before).Count
            ? (before.Approvals << 4) | (command.Person << 2) | (after.Approvals[^1].Level << 1) | command.Value
            : before.Approvals;
        return new ModelPetition(after.State, approvals, Ticks(after.ActiveTime), Ticks(after.EndTime), Array.FindIndex(Keys, key => key.AsSpan().SequenceEqual(after.KeyDigest.Span)));
    }

    private static int Ticks(DateTimeOffset? time) => time is { } value ? (int)(value - Zero).TotalSeconds : -1;
}
