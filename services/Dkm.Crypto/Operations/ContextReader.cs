namespace Dkm.Crypto.Operations;

using System;
using Dkm.Core;
using Dkm.Crypto.V1;
using Google.Protobuf.Collections;

internal static class ContextReader
{
    /// <exception cref="DkmException">INVALID_ARGUMENT that names the field, such as <c>context[2].key</c>.</exception>
    public static DkmContext Read(RepeatedField<ContextEntry> entries)
    {
        if (entries.Count == 0)
        {
            return DkmContext.Empty;
        }

        var pairs = new (ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)[entries.Count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (entries[i].Key.Memory, entries[i].Value.Memory);
        }

        return DkmContext.FromUtf8(pairs);
    }
}
