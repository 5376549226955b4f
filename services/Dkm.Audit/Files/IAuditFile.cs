namespace Dkm.Audit;

using System;

/// <summary>An open file. Failures are <see cref="System.IO.IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
internal interface IAuditFile : IDisposable
{
    long Length { get; }

    /// <summary>Fewer bytes than asked for only at the end of the file.</summary>
    int Read(Span<byte> destination, long offset);

    void Write(ReadOnlySpan<byte> source, long offset);

    void SetLength(long length);

    /// <summary>All that was written is on disk when it returns.</summary>
    void Flush();
}
