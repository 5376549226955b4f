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
        Etag = ring.Etag,
        CreateTime = Times.Of(ring.CreateTime),
        UpdateTime = Times.Of(ring.UpdateTime),
    };

    public string ToText() => Columns.Facts(
        ("ring", Name),
        ("description", Description),
        ("primary key", PrimaryKeyId),
        ("bindings", Bindings.Count == 0 ? "none: nobody may use it yet (dkm ring bind)" : string.Join('\n', Bindings.Select(b => b.ToText()))),
        ("rolls every", $"{Policy.RolloverPeriod}, the next key published {Policy.ActivationLead} ahead (or more, if leases are longer)"),
        ("key lease", $"{Policy.KeyLease}: how long a holder that is cut off goes on"),
        ("archive after", $"{Policy.ArchiveAfter} keys"),
        ("suite", $"{Words.OfSuite(Policy.Suite)}, reads {string.Join(", ", Policy.ReadSuites)}"),
        ("serve", Policy.Serve),
        ("policy staleness", Policy.PolicyStaleness),
        ("destroy delay", Policy.DestroyDelay),
        ("uid", Uid),
        ("created", CreateTime),
        ("changed", UpdateTime));

    internal sealed record BindingView(string Group, string GroupUid, List<string> Permissions)
    {
        public static BindingView Of(Binding binding) =>
            new(binding.Group, binding.GroupUid, [.. binding.Permissions.Select(PermissionWords.Of)]);

        public string ToText() => $"{Group}={string.Join(',', Permissions)}";
    }
}
