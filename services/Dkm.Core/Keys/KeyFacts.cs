namespace Dkm.Core.Keys;

using System;

/// <summary>What a decision about a key needs. Id and times never change; only <paramref name="Stored"/> does.</summary>
/// <param name="Id">The key.</param>
/// <param name="Stored">Its state in the store.</param>
/// <param name="CreateTime">When it was made.</param>
/// <param name="ActivateTime">From when on it may be primary; fixed at birth.</param>
public sealed record KeyFacts(KeyId Id, StoredKeyState Stored, DateTimeOffset CreateTime, DateTimeOffset ActivateTime);
