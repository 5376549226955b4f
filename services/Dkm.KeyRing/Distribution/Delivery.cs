namespace Dkm.KeyRing.Distribution;

using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Dkm.Core.Secrets;
using Google.Protobuf;

/// <summary>
/// The clear copies of one message. They are zeroed as soon as the message is written; what protobuf and TLS copy in between is named in THREAT_MODEL.
/// </summary>
internal sealed class Delivery : IDisposable
{
    private readonly List<byte[]> copies = [];

    public ByteString Copy(SecretBytes secret)
    {
        using var reader = secret.Read();
        var copy = reader.Span.ToArray();
        copies.Add(copy);
        return UnsafeByteOperations.UnsafeWrap(copy);
    }

    public void Dispose()
    {
        foreach (var copy in copies)
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }
}
