namespace Dkm.Access;

using System.Diagnostics.Metrics;

/// <summary>What Access measures beside its calls.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.Access";

    private static readonly Meter Meter = new(Name);

    private static readonly UpDownCounter<int> Followers = Meter.CreateUpDownCounter<int>(
        "dkm.access.policy.followers", "{stream}", "Policy streams that are open");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>(
        "dkm.access.policy.steps", "{step}", "Changes of the records that were sent on as policy");

    private static readonly Counter<long> LetGo = Meter.CreateCounter<long>(
        "dkm.access.policy.let_go", "{stream}", "Followers that fell too far behind");

    public static void Followed() => Followers.Add(1);

    public static void Unfollowed() => Followers.Add(-1);

    public static void Stepped() => Steps.Add(1);

    public static void FellBehind() => LetGo.Add(1);
}
