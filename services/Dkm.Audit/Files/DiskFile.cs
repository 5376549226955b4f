namespace Dkm.Audit;

using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

internal sealed class DiskFile(SafeFileHandle handle) : IAuditFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> destination, long offset)
    {
        var read = 0;
        while (read < destination.Length)
        {
            var piece = RandomAccess.Read(handle, destination[read..], offset + read);
            if (piece == 0)
            {
                break;
            }

            read += piece;
        }

        return read;
    }

    public void Write(ReadOnlySpan<byte> source, long offset) => RandomAccess.Write(handle, source, offset);

    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
