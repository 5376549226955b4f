namespace Dkm.Storage;

using System;
using System.Collections.Generic;

/// <summary>Records whose content is wrapped by roots. Storage knows of store keys alone.</summary>
/// <param name="Folder">What their paths begin with.</param>
/// <param name="Read">The ids of the roots that wrapped a record's content; any one of them opens it.</param>
public sealed record RecordRoots(string Folder, Func<Record, IReadOnlyList<string>> Read);
