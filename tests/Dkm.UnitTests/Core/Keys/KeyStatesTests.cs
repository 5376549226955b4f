namespace Dkm.UnitTests.Core.Keys;

using System;
using Dkm.Core;
using Dkm.Core.Keys;
using Xunit;

public sealed class KeyStatesTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(StoredKeyState.Enabled, -1, KeyState.Pending)]
    [InlineData(StoredKeyState.Enabled, 0, KeyState.Active)]
    [InlineData(StoredKeyState.Enabled, 1, KeyState.Active)]
    [InlineData(StoredKeyState.Archived, -1, KeyState.Archived)]
    [InlineData(StoredKeyState.Archived, 1, KeyState.Archived)]
    [InlineData(StoredKeyState.Disabled, -1, KeyState.Disabled)]
    [InlineData(StoredKeyState.Disabled, 1, KeyState.Disabled)]
    [InlineData(StoredKeyState.Compromised, -1, KeyState.Compromised)]
    [InlineData(StoredKeyState.Compromised, 1, KeyState.Compromised)]
    [InlineData(StoredKeyState.DestroyScheduled, 1, KeyState.DestroyScheduled)]
    [InlineData(StoredKeyState.Destroyed, -1, KeyState.Destroyed)]
    public void At_StateAndClock_GiveTheState(StoredKeyState stored, int ticksAfter, KeyState expected) =>
        Assert.Equal(expected, KeyStates.At(new KeyFacts(KeyId.Create(Time), stored, Time.AddDays(-1), Time), Time.AddTicks(ticksAfter)));

    [Fact]
    public void At_NoState_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyStates.At(new KeyFacts(KeyId.Create(Time), 0, Time, Time), Time));
}
