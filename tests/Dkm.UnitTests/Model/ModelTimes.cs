namespace Dkm.UnitTests.Model;

using System;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;

/// <summary>The model's clocks and times, in ticks. One tick stands for the clocks' skew.</summary>
internal static class ModelTimes
{
    public const int Tick = 1000;
    public const int Skew = 1;
    public const int RefreshBound = 0;
    public const int KeyLease = 1;
    public const int FenceTime = 1;
    public const int Period = 6;
    public const int SetBack = 3;

    private const int Refresh = 2;

    public static RolloverTiming Timing { get; } = new(Ticks(Skew), Ticks(Refresh), Ticks(RefreshBound));

    public static RingPolicy Policy { get; } = RingPolicy.Default with
    {
        RolloverPeriod = Ticks(Period),
        KeyLease = Ticks(KeyLease),
        ActivationLead = TimeSpan.Zero,
        ArchiveAfter = 1,
    };

    /// <summary>A replica's clock, in milliseconds.</summary>
    public static int Clock(ModelState state, int r) => (state.Now + (r * Skew)) * Tick;

    private static TimeSpan Ticks(int ticks) => TimeSpan.FromMilliseconds(ticks * Tick);
}
