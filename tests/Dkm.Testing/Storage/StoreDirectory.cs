namespace Dkm.Testing.Storage;

using System;
using System.IO;

/// <summary>A directory of its own for a test's database and root files; gone when the test is.</summary>
public sealed class StoreDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dkm-store-").FullName;

    public string Database => File("dkm.db");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
