namespace Dkm.Access.Groups;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>A group that somebody wants, checked field by field.</summary>
internal sealed record GroupDraft(
    string Name, GroupKind Kind, IReadOnlyList<SpiffeId> Members, string Description, string RequestId, ReadOnlyMemory<byte> RequestDigest);
