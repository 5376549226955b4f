namespace Dkm.KeyRing.Distribution.Holders;

using System;
using Dkm.Core;

/// <summary>A process that holds a ring now, on whichever replica its stream ends.</summary>
/// <param name="Identity">Who.</param>
/// <param name="Revision">The newest that it says it has applied.</param>
/// <param name="ConnectTime">Since when.</param>
/// <param name="LeaseStart">What its lease counts from; known of our own streams only.</param>
/// <param name="Replica">The KeyRing replica that it is connected to.</param>
internal sealed record LiveHolder(SpiffeId Identity, long Revision, DateTimeOffset ConnectTime, DateTimeOffset? LeaseStart, string Replica);
