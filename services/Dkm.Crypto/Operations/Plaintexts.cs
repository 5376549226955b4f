namespace Dkm.Crypto.Operations;

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Google.Protobuf;
using Grpc.Core;

/// <summary>Zeroes plaintexts that went through messages. What TLS and the server's pipes copied is named in THREAT_MODEL.</summary>
internal static class Plaintexts
{
    /// <summary>Of a request that was parsed for this call alone and has been dealt with.</summary>
    public static void Zero(ByteString requested) => MemoryMarshal.AsMemory(requested.Memory).Span.Clear();

    /// <summary>Wraps a plaintext for the answer, and zeroes it when the answer is written.</summary>
    public static ByteString Answer(byte[] plaintext, ServerCallContext context)
    {
        context.GetHttpContext().Response.OnCompleted(
            static state =>
            {
                CryptographicOperations.ZeroMemory((byte[])state);
                return Task.CompletedTask;
            },
            plaintext);
        return UnsafeByteOperations.UnsafeWrap(plaintext);
    }
}
