namespace Dkm.Cli.Protection;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.Crypto.V1;
using Google.Protobuf;

/// <summary>The pairs of <c>--context</c>, checked once, in the two forms that the two ways need.</summary>
internal sealed class CallerContext
{
    public CallerContext(ContextPair[] pairs)
    {
        Canonical = DkmContext.From(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));
        Entries = [.. pairs.Select(pair => new ContextEntry { Key = ByteString.CopyFromUtf8(pair.Key), Value = ByteString.CopyFromUtf8(pair.Value) })];
    }

    public DkmContext Canonical { get; }

    public IReadOnlyList<ContextEntry> Entries { get; }
}
