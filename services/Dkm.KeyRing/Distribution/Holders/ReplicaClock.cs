namespace Dkm.KeyRing.Distribution.Holders;

using System;

/// <summary>What time it was on a living replica when it last said so.</summary>
internal sealed record ReplicaClock(string Replica, DateTimeOffset Time);
