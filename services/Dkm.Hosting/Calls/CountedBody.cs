namespace Dkm.Hosting;

using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.AspNetCore.Http.Features;

/// <summary>
/// The body of one request as gRPC reads it. The first five bytes of a message tell its length: what would be too much together with what is under way is
/// refused then, before the rest is taken from the wire. Every read begins where a message begins, for gRPC consumes whole messages only.
/// </summary>
internal sealed class CountedBody(PipeReader inner, IdentityUse use, RequestBytes all, int maximumMessage, bool streams)
    : PipeReader, IRequestBodyPipeFeature
{
    private const int HeaderLength = 5;

    private SequencePosition start;
    private int claimed;
    private bool consumed;

    public PipeReader Reader => this;

    /// <summary>A message was refused.</summary>
    public bool Refused { get; private set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (streams && consumed)
        {
            // The message before has been dealt with; a unary call's request lives as long as the call.
            Release();
        }

        var result = await inner.ReadAsync(cancellationToken);
        Judge(result.Buffer);
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        var any = inner.TryRead(out result);
        if (any)
        {
            Judge(result.Buffer);
        }

        return any;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        this.consumed |= !consumed.Equals(start);
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <summary>The call is over, or its message.</summary>
    public void Release()
    {
        consumed = false;
        if (claimed > 0)
        {
            use.Bytes.Release(claimed);
            all.Release(claimed);
            claimed = 0;
        }
    }

    private void Judge(in ReadOnlySequence<byte> buffer)
    {
        start = buffer.Start;
        if (consumed || buffer.Length < HeaderLength)
        {
            return;
        }

        // Longer than any message may be is refused by gRPC, at once too.
        var length = ReadLength(buffer, out var compressed);
        if (length > (uint)maximumMessage)
        {
            return;
        }

        try
        {
            Claim(compressed ? Inflated((int)length, buffer.Length) : (int)length);
        }
        catch (DkmException refused)
        {
            Refused = true;
            inner.AdvanceTo(buffer.Start);
            throw StatusMapping.ToRpc(refused, null);
        }
    }

    /// <summary>
    /// What is compressed may become as long as any message, but not before it is there: five bytes alone claim no more than they announce. A stream may stand still for
    /// days behind such a message, so there it is refused.
    /// </summary>
    private int Inflated(int length, long arrived) =>
        streams ? throw new DkmException(ErrorKind.ResourceExhausted, Reasons.TooManyBytes, "messages of a stream must not be compressed")
        : arrived - HeaderLength >= length ? maximumMessage
        : length;

    private void Claim(int wanted)
    {
        var bytes = wanted - claimed;
        if (wanted <= RequestBytes.Free || bytes <= 0)
        {
            return;
        }

        use.Bytes.Claim(bytes);
        try
        {
            all.Claim(bytes);
        }
        catch (DkmException)
        {
            use.Bytes.Release(bytes);
            throw;
        }

        claimed = wanted;
    }

    private static uint ReadLength(in ReadOnlySequence<byte> buffer, out bool compressed)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        // Any other flag is no frame at all, which gRPC says.
        compressed = header[0] == 1;
        return BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
    }
}
