namespace Dkm.Hosting.Policy;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Dkm.Core.Authorization;
using Google.Protobuf.WellKnownTypes;
using Wire = Dkm.Access.V1;

/// <summary>The policy between its generated messages and the words of Core, both ways: Access writes it, its replicas read it.</summary>
public static class PolicyMapping
{
    public static PolicyVersion ToCore(this Wire.PolicyVersion? version) => new(version?.Epoch ?? 0, version?.Number ?? 0);

    public static Wire.PolicyVersion ToWire(this PolicyVersion version) => new() { Epoch = version.Epoch, Number = version.Number };

    public static Wire.PolicyGroup ToWire(this GroupEntry group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var message = new Wire.PolicyGroup { Name = group.Name, Uid = group.Uid, Kind = (Wire.Group.Types.Kind)group.Kind };
        foreach (var member in group.Members)
        {
            message.Members.Add(member.ToString());
        }

        return message;
    }

    public static GroupEntry ToCore(this Wire.PolicyGroup group, Action<string> unreadableMember)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(unreadableMember);
        var members = new List<SpiffeId>(group.Members.Count);
        foreach (var text in group.Members)
        {
            if (SpiffeId.TryParse(text, out var id, out _))
            {
                members.Add(id);
            }
            else
            {
                unreadableMember(group.Name);
            }
        }

        return GroupEntry.Create(group.Name, group.Uid, (GroupKind)group.Kind, members);
    }

    public static Wire.PolicyElevation ToWire(this ElevationEntry elevation)
    {
        ArgumentNullException.ThrowIfNull(elevation);
        return new Wire.PolicyElevation
        {
            Id = elevation.Id,
            Requester = elevation.Requester.ToString(),
            Group = elevation.Group,
            GroupUid = elevation.GroupUid,
            KeyRings = { elevation.KeyRings },
            MaxOperations = elevation.MaximumOperations,
            EndTime = Timestamp.FromDateTimeOffset(elevation.EndTime),
            Ticket = elevation.Ticket,
        };
    }

    /// <summary>Null if its requester is nobody: it then gives nobody anything.</summary>
    public static ElevationEntry? ToCore(this Wire.PolicyElevation elevation)
    {
        ArgumentNullException.ThrowIfNull(elevation);
        return SpiffeId.TryParse(elevation.Requester, out var requester, out _)
            ? new ElevationEntry(
                elevation.Id,
                requester,
                elevation.Group,
                elevation.GroupUid,
                [.. elevation.KeyRings],
                elevation.MaxOperations,
                elevation.EndTime.ToCore(),
                elevation.Ticket)
            : null;
    }

    public static DateTimeOffset ToCore(this Timestamp? time) => time?.ToDateTimeOffset() ?? default;
}
