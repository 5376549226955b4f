namespace Dkm.Access.Approvals;

using System;
using Dkm.Core;

/// <summary>Who ended a petition that did not end by itself.</summary>
internal sealed record PetitionEnding(SpiffeId By, string Reason, DateTimeOffset Time);
