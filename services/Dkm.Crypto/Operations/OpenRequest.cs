namespace Dkm.Crypto.Operations;

using System;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Crypto.V1;
using Google.Protobuf;
using Google.Protobuf.Collections;

/// <summary>What is to be opened, read and found well-formed.</summary>
internal readonly record struct OpenRequest(ReadOnlyMemory<byte> Envelope, EnvelopeHeader Header, DkmContext Context, string ExpectedRing)
{
    /// <exception cref="DkmException">INVALID_ARGUMENT that names the field.</exception>
    public static OpenRequest Read(ByteString envelope, RepeatedField<ContextEntry> context, string expectedRing)
    {
        var header = Core.Envelopes.Envelope.ReadHeader(envelope.Span);
        return new OpenRequest(envelope.Memory, header, ContextReader.Read(context), expectedRing);
    }
}
