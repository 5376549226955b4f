namespace Dkm.Cli.Keys;

using System.Text.Json.Serialization;
using Dkm.Cli.Output;
using Dkm.KeyRing.V1;

internal sealed record KeyView
{
    public required string Id { get; init; }

    public required string KeyRing { get; init; }

    public required string State { get; init; }

    public required bool Primary { get; init; }

    public string? CreateTime { get; init; }

    public string? ActivateTime { get; init; }

    public string? ArchiveTime { get; init; }

    public string? StateTime { get; init; }

    public string? StateReason { get; init; }

    public string? DestroyTime { get; init; }

    public string? Etag { get; init; }

    public static KeyView Of(Key key) => new()
    {
        Id = key.Id,
        KeyRing = key.KeyRing,
        State = Words.Of(key.State),
        Primary = key.Primary,
        CreateTime = Times.Of(key.CreateTime),
        ActivateTime = Times.Of(key.ActivateTime),
        ArchiveTime = Times.Of(key.ArchiveTime),
        StateTime = Times.Of(key.StateTime),
        StateReason = key.StateReason.Length == 0 ? null : key.StateReason,
        DestroyTime = Times.Of(key.DestroyTime),
        Etag = key.Etag,
    };

    /// <summary>A key that an immediate roll has overtaken was archived before its time and is never primary.</summary>
    [JsonIgnore]
    public string? ActivatedText =>
        ArchiveTime is not null && string.CompareOrdinal(ArchiveTime, ActivateTime) < 0 ? "never: it was overtaken" : ActivateTime;

    public string ToText() => Columns.Facts(
        ("key", Id),
        ("ring", KeyRing),
        ("state", State + (Primary ? ", primary" : string.Empty)),
        ("created", CreateTime),
        (State == "PENDING" ? "primary from" : "activated", ActivatedText),
        ("archived", ArchiveTime),
        ("state since", StateTime),
        ("reason", StateReason is null ? null : Plain.Line(StateReason)),
        ("destroyed", DestroyTime is null ? null : State == "DESTROYED" ? $"due at {DestroyTime}" : $"at {DestroyTime}, unless restored"));
}
