namespace Dkm.Cli.Groups;

using System.Collections.Generic;
using System.Linq;
using Dkm.Access.V1;
using Dkm.Cli.Output;

internal sealed record GroupView
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required string Kind { get; init; }

    public required List<string> Members { get; init; }

    public string? Description { get; init; }

    public required bool BuiltIn { get; init; }

    public required string Etag { get; init; }

    public string? CreateTime { get; init; }

    public string? UpdateTime { get; init; }

    public ElevationPolicyView? Elevation { get; init; }

    /// <summary>After a removal: which rings roll for it.</summary>
    public List<RollView>? Rolls { get; init; }

    public static GroupView Of(Group group) => new()
    {
        Name = group.Name,
        Uid = group.Uid,
        Kind = WordOf(group.Kind),
        Members = [.. group.Members],
        Description = group.Description.Length == 0 ? null : group.Description,
        BuiltIn = group.BuiltIn,
        Etag = group.Etag,
        CreateTime = Times.Of(group.CreateTime),
        UpdateTime = Times.Of(group.UpdateTime),
        Elevation = group.ElevationPolicy is { } policy ? ElevationPolicyView.Of(policy) : null,
    };

    public static string WordOf(Group.Types.Kind kind) => kind switch
    {
        Group.Types.Kind.Workload => "workload",
        Group.Types.Kind.Human => "human",
        _ => "unknown",
    };

    public string ToText() => Columns.Facts(
        ("group", Name + (BuiltIn ? " (built in)" : string.Empty)),
        ("kind", Kind),
        ("uid", Uid),
        ("description", Description is null ? null : Plain.Line(Description)),
        ("members", Members.Count == 0 ? "none" : string.Join('\n', Members)),
        ("elevation", Elevation?.ToText()),
        ("created", CreateTime),
        ("changed", UpdateTime),
        ("rolling", Rolls is null or [] ? null : $"{string.Join('\n', Rolls.Select(Explained))}\nexcept where who was removed may hold by another group; what they held they know for ever"));

    private static string Explained(RollView roll) =>
        $"{roll.KeyRing}: a key that who was removed does not get becomes primary in about {roll.Within} (at once: dkm ring roll {roll.KeyRing} --immediate)";
}
