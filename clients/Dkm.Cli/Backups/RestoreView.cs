namespace Dkm.Cli.Backups;

using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Serialization;
using Dkm.Cli.Output;

/// <summary>What a restore did.</summary>
internal sealed record RestoreView
{
    public required string BackupId { get; init; }

    /// <summary>When the backup was made: what was written later is gone.</summary>
    public required string? BackupTime { get; init; }

    public required IReadOnlyList<RestoredView> Services { get; init; }

    [JsonIgnore]
    public bool WithKeysToDestroy { get; init; }

    public static RestoreView Of(BackupFile file, IReadOnlyList<RestoredView> services, bool withKeysToDestroy) => new()
    {
        BackupId = file.Access.Header.BackupId,
        BackupTime = Times.Of(file.Access.Header.CreateTime),
        Services = services,
        WithKeysToDestroy = withKeysToDestroy,
    };

    public string ToText() => Columns.Facts(
    [
        ("backup", BackupId),
        ("as of", BackupTime),
        .. Services.Select(service => (service.Service, (string?)service.ToText())),
        .. Services.Where(service => WithKeysToDestroy && service.DestroyedKeys is not null)
            .Select(service => ("destroyed", (string?)$"{service.DestroyedKeys} of the listed keys; {service.UnknownKeys} are not in the backup")),
        .. Services.Where(service => service.CalledOffDestructions > 0)
            .Select(service => ("called off", (string?)$"the destruction of {service.CalledOffDestructions} keys that was due by now, or soon: they are stopped; enable them or have them destroyed anew (dkm key list --all --state disabled)")),
        ("do", "restart what held keys meanwhile (services with the client library, Crypto), and take Store:AwaitRestore away"),
    ]);
}
