namespace Dkm.Storage;

using System;

/// <summary>A lease.</summary>
/// <param name="Id">Positive.</param>
/// <param name="Ttl">How long it was granted for; at least what was asked for, in whole seconds.</param>
public sealed record StoreLease(long Id, TimeSpan Ttl);
