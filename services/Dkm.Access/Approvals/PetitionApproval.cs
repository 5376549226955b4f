namespace Dkm.Access.Approvals;

using System;
using Dkm.Core;

/// <summary>One approval.</summary>
/// <param name="By">The human.</param>
/// <param name="Level">From 0.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">Her words; may be empty.</param>
/// <param name="Digest">Of what she had read.</param>
internal sealed record PetitionApproval(SpiffeId By, int Level, DateTimeOffset Time, string Reason, ReadOnlyMemory<byte> Digest);
