namespace Dkm.Storage;

/// <summary>How a manifest that was found stands to the one that is held.</summary>
internal enum ManifestRelation
{
    /// <summary>It is the same one.</summary>
    Same,

    /// <summary>It follows directly.</summary>
    Next,

    /// <summary>It is newer, and something in between is not known here.</summary>
    Ahead,

    /// <summary>It is older.</summary>
    Behind,

    /// <summary>It has the same version and says something else: two histories.</summary>
    Fork,
}
