namespace Dkm.KeyRing.Distribution;

using System;

/// <summary>What a message may say of leases.</summary>
/// <param name="Fresh">Whether it may grant or renew them.</param>
/// <param name="Sent">What they count from: a moment before that was found out.</param>
internal readonly record struct Grant(bool Fresh, DateTimeOffset Sent);
