namespace Dkm.Testing.Client;

using System;
using Microsoft.Extensions.Time.Testing;

/// <summary>A clock that stands still, whose wall can be set apart from its time stamps and timers, as an administrator or a suspended machine does.</summary>
public sealed class TwoClocks(DateTimeOffset start) : FakeTimeProvider(start)
{
    private long offset;

    /// <summary>Sets the wall clock alone.</summary>
    public void SetWall(DateTimeOffset value) => offset = value.UtcTicks - base.GetUtcNow().UtcTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(offset);

    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;
}
