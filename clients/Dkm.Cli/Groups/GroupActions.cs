namespace Dkm.Cli.Groups;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Google.Protobuf.WellKnownTypes;

/// <summary>What <c>dkm group …</c> does.</summary>
internal sealed class GroupActions
{
    private readonly Session session;
    private readonly GroupService.GroupServiceClient groups;

    /// <summary>How many live holders may lose their rings by a change.</summary>
    public int ConfirmHolders { get; init; }

    public GroupActions(Session session)
    {
        this.session = session;
        session.Attempt = Attempt.Administration(DkmService.Access);
        groups = new GroupService.GroupServiceClient(session.Repeating(DkmService.Access));
    }

    public async Task CreateAsync(string name, Group.Types.Kind kind, string[] members, string? description, CancellationToken cancellationToken)
    {
        var request = new CreateGroupRequest
        {
            Group = new Group { Name = name, Kind = kind, Description = description ?? string.Empty },
            RequestId = KeyId.Create(session.Time.GetUtcNow()).ToString(),
        };
        request.Group.Members.Add(members);
        Show(await groups.CreateGroupAsync(request, session.Options(cancellationToken)));
    }

    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<GroupView>();
        var request = new ListGroupsRequest { PageSize = 1000 };
        do
        {
            var page = await groups.ListGroupsAsync(request, session.Options(cancellationToken));
            views.AddRange(page.Groups.Select(GroupView.Of));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        session.Printer.Rows(
            views,
            CliJson.Form.ListGroupView,
            ["GROUP", "KIND", "MEMBERS", "DESCRIPTION"],
            view => [view.Name, view.Kind, $"{view.Members.Count}", view.Description ?? (view.BuiltIn ? "built in" : string.Empty)],
            "no groups");
    }

    public async Task ShowAsync(string name, CancellationToken cancellationToken) => Show(await GetAsync(name, cancellationToken));

    /// <summary>Reads, changes and writes under the etag; a lost race is decided again from what is there then.</summary>
    public Task ChangeMembersAsync(string name, string[] add, string[] remove, CancellationToken cancellationToken)
    {
        var first = true;
        return LostRace.RepeatAsync(async () =>
        {
            var group = await GetAsync(name, cancellationToken);
            if (first)
            {
                CheckRemoved(group, remove);
                first = false;
            }

            if (remove.Length > 0)
            {
                await GroupImpact.DemandAsync(session, group.Uid, remove, ConfirmHolders, cancellationToken);
            }

            var members = group.Members.Except(remove, StringComparer.Ordinal).Union(add, StringComparer.Ordinal).ToList();
            var request = new UpdateGroupRequest
            {
                Group = new Group { Name = name, Etag = group.Etag },
                UpdateMask = new FieldMask { Paths = { "members" } },
            };
            request.Group.Members.Add(members);
            var changed = await groups.UpdateGroupAsync(request, session.Options(cancellationToken));
            Show(GroupView.Of(changed) with { Rolls = remove.Length == 0 ? null : await RollsAsync(group.Uid, cancellationToken) });
        });
    }

    /// <summary>Sets the elevation policy, or takes it away.</summary>
    public Task ElevationAsync(string name, LevelArgument[] levels, TimeSpan? max, TimeSpan? pending, bool none, CancellationToken cancellationToken)
    {
        if (none == levels.Length > 0)
        {
            throw new UsageException("say who approves, or that nobody is elevated", "--level APPROVERS=N, once for each level, or --none");
        }

        return LostRace.RepeatAsync(async () =>
        {
            var group = await GetAsync(name, cancellationToken);
            var request = new UpdateGroupRequest
            {
                Group = new Group { Name = name, Etag = group.Etag },
                UpdateMask = new FieldMask { Paths = { "elevation_policy" } },
            };
            if (!none)
            {
                request.Group.ElevationPolicy = new ElevationPolicy
                {
                    Levels = { levels.Select(level => level.ToMessage()) },
                    MaxDuration = max is { } longest ? Duration.FromTimeSpan(longest) : null,
                    PendingTtl = pending is { } ttl ? Duration.FromTimeSpan(ttl) : null,
                };
            }

            Show(await groups.UpdateGroupAsync(request, session.Options(cancellationToken)));
        });
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var group = await GetAsync(name, cancellationToken);
        var bound = await GroupImpact.DemandAsync(session, group.Uid, group.Members, ConfirmHolders, cancellationToken);

        // A repetition after a lost answer would say NOT_FOUND of what it deleted itself.
        var once = new GroupService.GroupServiceClient(session.Once(DkmService.Access));
        await once.DeleteGroupAsync(new DeleteGroupRequest { Name = name }, session.Options(cancellationToken));
        var bindings = bound.ConvertAll(ring => $"{ring.Name} ({BoundRings.Permissions(ring, group.Uid)})");
        session.Printer.Show(
            new DeletedView(name, bindings),
            CliJson.Form.DeletedView,
            _ => $"group {name} is deleted"
                + (bindings.Count == 0
                    ? string.Empty
                    : $"; it was bound to {string.Join(", ", bindings)}. Its members have lost that, and a new group of this name gets nothing of it: dkm ring bind"));
    }

    private static void CheckRemoved(Group group, string[] remove)
    {
        foreach (var member in remove)
        {
            if (!group.Members.Contains(member))
            {
                throw new DkmException(ErrorKind.NotFound, Reasons.NotFound, $"{member} is not in group {group.Name}");
            }
        }
    }

    private async Task<List<RollView>> RollsAsync(string uid, CancellationToken cancellationToken) =>
        await BoundRings.RollsAsync(session, await BoundRings.FindAsync(session, uid, cancellationToken), uid, cancellationToken);

    private async Task<Group> GetAsync(string name, CancellationToken cancellationToken)
    {
        var group = await groups.GetGroupAsync(new GetGroupRequest { Name = name }, session.Options(cancellationToken));
        session.Attempt = session.Attempt! with { Look = $"dkm group show {name}" };
        return group;
    }

    private void Show(Group group) => Show(GroupView.Of(group));

    private void Show(GroupView group) => session.Printer.Show(group, CliJson.Form.GroupView, view => view.ToText());
}
