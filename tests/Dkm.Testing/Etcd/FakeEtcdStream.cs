namespace Dkm.Testing.Etcd;

using System;
using System.Buffers.Binary;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

/// <summary>The messages of one call, as the server sees them.</summary>
public sealed class FakeEtcdStream<TRequest, TResponse>(HttpContext context, MessageParser<TRequest> parser)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private const int FrameHeader = 5;

    /// <summary>The client has given up.</summary>
    public CancellationToken Gone => context.RequestAborted;

    /// <summary>Cuts the connection, without any status.</summary>
    public void Abort() => context.Abort();

    /// <summary>Null when the client has no more to say.</summary>
    public async Task<TRequest?> ReadAsync()
    {
        var header = new byte[FrameHeader];
        if (await context.Request.Body.ReadAtLeastAsync(header, FrameHeader, throwOnEndOfStream: false, Gone) < FrameHeader)
        {
            return null;
        }

        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
        await context.Request.Body.ReadExactlyAsync(body, Gone);
        return parser.ParseFrom(body);
    }

    public async Task SendAsync(TResponse message)
    {
        var frame = new byte[FrameHeader + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - FrameHeader);
        message.WriteTo(frame.AsSpan(FrameHeader));
        await context.Response.Body.WriteAsync(frame, Gone);
        await context.Response.Body.FlushAsync(Gone);
    }
}
