namespace Dkm.Cli.Rings;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.KeyRing.V1;

internal sealed record RingView
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public string? Description { get; init; }

    public required string PrimaryKeyId { get; init; }

    public required PolicyView Policy { get; init; }

    public required List<BindingView> Bindings { get; init; }

    public string? EffectiveLead { get; init; }

    public required string Etag { get; init; }

    public string? CreateTime { get; init; }

    public string? UpdateTime { get; init; }

    public static RingView Of(KeyRing ring) => new()
    {
        Name = ring.Name,
        Uid = ring.Uid,
        Description = ring.Description.Length == 0 ? null : ring.Description,
        PrimaryKeyId = ring.PrimaryKeyId,
        Policy = PolicyView.Of(ring.Policy ?? new KeyRingPolicy()),
        Bindings = [.. ring.Bindings.Select(BindingView.Of)],
        EffectiveLead = ring.EffectiveLead is null ? null : Durations.Format(ring.EffectiveLead.ToTimeSpan()),
        Etag = ring.Etag,
        CreateTime = Times.Of(ring.CreateTime),
        UpdateTime = Times.Of(ring.UpdateTime),
    };

    public string ToText() => Columns.Facts(
        ("ring", Name),
        ("description", Description is null ? null : Plain.Line(Description)),
        ("primary key", PrimaryKeyId),
        ("bindings", Bindings.Count == 0 ? "none: nobody may use it yet (dkm ring bind)" : string.Join('\n', Bindings.Select(Explained))),
        ("rolls every", Policy.RolloverPeriod),
        ("lead", Lead()),
        ("key lease", $"{Policy.KeyLease}: how long a holder that is cut off goes on"),
        ("archive after", $"{Policy.ArchiveAfter} keys"),
        ("suite", $"{Words.OfSuite(Policy.Suite)}, reads {string.Join(", ", Policy.ReadSuites)}"),
        ("serve", Policy.Serve),
        ("policy staleness", Policy.PolicyStaleness),
        ("destroy delay", Policy.DestroyDelay),
        ("uid", Uid),
        ("created", CreateTime),
        ("changed", UpdateTime));

    private string Lead() => EffectiveLead is null || EffectiveLead == Policy.ActivationLead
        ? $"{Policy.ActivationLead}: how long before its time the next key is published"
        : $"{EffectiveLead}: how long before its time the next key is published (--lead {Policy.ActivationLead}, but never less than the key lease and what clocks need)";

    private string Explained(BindingView binding) =>
        binding.ToText() + (binding.GroupDeleted ? $": gives nobody anything, and a new group of that name nothing either (dkm ring bind {Name} {binding.Group}=…)" : string.Empty);

    internal sealed record BindingView(string Group, string GroupUid, List<string> Permissions, bool GroupDeleted)
    {
        public static BindingView Of(Binding binding) =>
            new(binding.Group, binding.GroupUid, [.. binding.Permissions.Select(PermissionWords.Of)], binding.GroupDeleted);

        public string ToText() => $"{Group}{(GroupDeleted ? "(deleted)" : string.Empty)}={string.Join(',', Permissions)}";
    }
}
