namespace Dkm.Hosting;

using System;
using Dkm.Core;

/// <summary>This run of this process among the replicas of its service.</summary>
public sealed class ReplicaIdentity
{
    public ReplicaIdentity(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        StartTime = time.GetUtcNow();
        Name = KeyId.Create(StartTime).ToString();
    }

    /// <summary>No other run has it.</summary>
    public string Name { get; }

    public DateTimeOffset StartTime { get; }
}
