namespace Dkm.KeyRing.Keys.States;

using System;
using Dkm.Core.Keys;

/// <summary>What is known of a key whose state somebody changed. Most keys have none, and then it costs them one reference.</summary>
/// <param name="Before">The state to which the key may be brought back.</param>
/// <param name="Time">When it was changed last.</param>
/// <param name="Reason">Why, in the words of whoever did.</param>
/// <param name="DestroyTime">When the destruction is due; stays on the tombstone.</param>
internal sealed record KeyMark(StoredKeyState Before, DateTimeOffset Time, string Reason, DateTimeOffset? DestroyTime);
