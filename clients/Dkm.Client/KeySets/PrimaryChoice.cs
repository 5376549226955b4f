namespace Dkm.Client.KeySets;

using System;
using Dkm.Core.Envelopes;

/// <summary>Which key makes envelopes, for one snapshot, until the next key's time comes.</summary>
internal sealed record PrimaryChoice(RingSnapshot Snapshot, HeldKey Key, EnvelopeCipher Cipher, DateTimeOffset Until);
