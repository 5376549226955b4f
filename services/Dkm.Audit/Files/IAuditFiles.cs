namespace Dkm.Audit;

using System.Collections.Generic;

/// <summary>What a log asks of a file system: these few steps, between any two of which the machine may stop.</summary>
internal interface IAuditFiles
{
    void CreateDirectory(string directory);

    /// <summary>The names of the files in a directory, sorted.</summary>
    IReadOnlyList<string> List(string directory);

    bool Exists(string path);

    /// <summary>Opens a file, and makes it where there is none.</summary>
    IAuditFile Open(string path);

    /// <summary>Opens a file that is there, to read.</summary>
    IAuditFile OpenRead(string path);

    /// <summary>The target is replaced if it is there; after a crash it is the one or the other.</summary>
    void Move(string from, string to);

    void Delete(string path);

    /// <summary>Names that were made, moved and deleted are on disk when it returns.</summary>
    void FlushDirectory(string directory);

    (long Total, long Free) Space(string directory);
}
