namespace Dkm.Storage;

using System;
using System.Buffers;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Core.Backups;
using Dkm.Core.Secrets;
using Google.Protobuf;

/// <summary>Frames, and the MAC over all of them, sent off in pieces: no more than one is in memory.</summary>
internal sealed class SectionWriter : IDisposable
{
    private const int PieceSize = 256 * 1024;

    private readonly ArrayBufferWriter<byte> piece = new(PieceSize);
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, Task> send;
    private readonly IncrementalHash mac;
    private long entries;

    /// <param name="key">Authenticates the section.</param>
    /// <param name="send">Takes a piece, and has done with it when it returns.</param>
    public SectionWriter(SecretBytes key, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send)
    {
        this.send = send;
        using var reader = key.Read();
        mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, reader.Span);
    }

    public Task HeadAsync(SectionHeader header, CancellationToken cancellationToken) => AddAsync(BackupPart.Header, header, cancellationToken);

    public Task AddAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        entries++;
        return AddAsync(BackupPart.Entry, new SectionEntry { Path = path, Value = UnsafeByteOperations.UnsafeWrap(value) }, cancellationToken);
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        var trailer = new SectionTrailer { EntryCount = entries, Mac = ByteString.CopyFrom(mac.GetHashAndReset()) };
        await AddAsync(BackupPart.Trailer, trailer, cancellationToken);
        await FlushAsync(cancellationToken);
    }

    public void Dispose() => mac.Dispose();

    private async Task AddAsync(BackupPart part, IMessage message, CancellationToken cancellationToken)
    {
        Append(part, message);
        if (piece.WrittenCount >= PieceSize)
        {
            await FlushAsync(cancellationToken);
        }
    }

    private void Append(BackupPart part, IMessage message)
    {
        var length = message.CalculateSize();
        var frame = piece.GetSpan(BackupFrame.HeadSize + length)[..(BackupFrame.HeadSize + length)];
        new BackupFrame(part, length).Write(frame);
        message.WriteTo(frame[BackupFrame.HeadSize..]);
        if (part != BackupPart.Trailer)
        {
            mac.AppendData(frame);
        }

        piece.Advance(frame.Length);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        await send(piece.WrittenMemory, cancellationToken);
        piece.ResetWrittenCount();
    }
}
