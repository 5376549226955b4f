namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Core;
using Dkm.Core.Backups;
using Grpc.Core;

/// <summary>What a caller of Restore sends: keys to destroy, then the section, piece by piece. Used by one reader, from its beginning to its end.</summary>
public sealed class RestoreRequests
{
    /// <summary>Of the keys to destroy.</summary>
    public const int MaximumKeys = 1_000_000;

    private readonly IAsyncStreamReader<RestoreRequest> requests;
    private readonly HashSet<KeyId> destroyedKeys = [];
    private readonly Queue<ReadOnlyMemory<byte>> read = [];

    private RestoreRequests(IAsyncStreamReader<RestoreRequest> requests) => this.requests = requests;

    public IReadOnlySet<KeyId> DestroyedKeys => destroyedKeys;

    /// <summary>Another text for another set of keys to destroy; empty for none.</summary>
    public string Changes => destroyedKeys.Count == 0
        ? string.Empty
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', destroyedKeys.Order()))));

    /// <summary>Reads up to the section's first piece.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT.</exception>
    public static async Task<RestoreRequests> BeginAsync(IAsyncStreamReader<RestoreRequest> requests, CancellationToken cancellationToken)
    {
        var begun = new RestoreRequests(requests);
        while (begun.read.Count == 0 && await begun.MoveAsync(cancellationToken))
        {
        }

        return begun;
    }

    /// <summary>All of the section.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SectionAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            while (read.TryDequeue(out var piece))
            {
                yield return piece;
            }
        }
        while (await MoveAsync(cancellationToken));
    }

    /// <summary>The section's header. What was read for it stays to be read.</summary>
    internal async Task<SectionHeader> HeaderAsync(string service, CancellationToken cancellationToken)
    {
        var bytes = Joined();
        while (bytes.Length < BackupFrame.HeadSize || (BackupFrame.TryRead(bytes, out var frame) && bytes.Length < BackupFrame.HeadSize + frame.Length))
        {
            // It is put together anew with each piece, and a caller may send pieces of a byte.
            if (bytes.Length > BackupFormat.MaximumHeader)
            {
                throw StoreErrors.BackupInvalid(service, "its header is too long");
            }

            if (!await MoveAsync(cancellationToken))
            {
                throw StoreErrors.BackupInvalid(service, "it is cut off in its header");
            }

            bytes = Joined();
        }

        return BackupFrame.TryRead(bytes, out var header) && header.Part == BackupPart.Header
            ? SectionOutline.ReadHeader(service, bytes.AsMemory(BackupFrame.HeadSize, header.Length))
            : throw StoreErrors.BackupInvalid(service, "it does not begin with a header");
    }

    private byte[] Joined()
    {
        var joined = new byte[read.Sum(piece => piece.Length)];
        var at = 0;
        foreach (var piece in read)
        {
            piece.CopyTo(joined.AsMemory(at));
            at += piece.Length;
        }

        return joined;
    }

    private async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken))
        {
            return false;
        }

        var request = requests.Current;
        switch (request.PieceCase)
        {
            case RestoreRequest.PieceOneofCase.Section:
                // Nothing, sent for ever, must not be kept for ever.
                if (!request.Section.IsEmpty)
                {
                    read.Enqueue(request.Section.Memory);
                }

                return true;
            case RestoreRequest.PieceOneofCase.DestroyedKeys when read.Count == 0:
                Take(request.DestroyedKeys);
                return true;
            case RestoreRequest.PieceOneofCase.DestroyedKeys:
                throw DkmException.Invalid("destroyed_keys", Reasons.InvalidField, "keys to destroy come before the section");
            default:
                throw DkmException.Invalid("piece", Reasons.Required, "each message has a piece");
        }
    }

    private void Take(DestroyedKeys keys)
    {
        foreach (var text in keys.Ids)
        {
            if (!KeyId.TryParse(text, out var id))
            {
                throw DkmException.Invalid("destroyed_keys", Reasons.InvalidField, $"'{text}' is no key's id");
            }

            destroyedKeys.Add(id.Value);
        }

        if (destroyedKeys.Count > MaximumKeys)
        {
            throw DkmException.Invalid("destroyed_keys", Reasons.TooMany, $"at most {MaximumKeys} keys");
        }
    }
}
