namespace Dkm.Core.Authorization;

using System.Collections.Frozen;
using System.Collections.Generic;

/// <summary>A group as a decision sees it.</summary>
/// <param name="Name">Unique among the living groups.</param>
/// <param name="Uid">Never used twice: a recreated group of the same name has another one and inherits nothing.</param>
/// <param name="Kind">What it may contain.</param>
/// <param name="Members">Whoever is in it, of the right class or (in a forged record) not.</param>
public sealed record GroupEntry(string Name, string Uid, GroupKind Kind, FrozenSet<SpiffeId> Members)
{
    public static GroupEntry Create(string name, string uid, GroupKind kind, IEnumerable<SpiffeId> members) =>
        new(name, uid, kind, members.ToFrozenSet());

    /// <summary>Whether <paramref name="id"/> is listed and is of a class that this kind of group may contain.</summary>
    public bool Contains(SpiffeId id) => Kind.Admits(id.Class) && Members.Contains(id);
}
