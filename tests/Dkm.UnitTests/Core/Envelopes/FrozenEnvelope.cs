namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

/// <summary>One line of tests/vectors: what an envelope made long ago still has to answer.</summary>
public sealed record FrozenEnvelope(
    string Name, byte[] Key, string KeyId, IReadOnlyList<KeyValuePair<string, string>> Context, byte[] Plaintext, byte[] Envelope, string? Text, string Expected)
{
    public static IReadOnlyList<FrozenEnvelope> Load(int suite)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", $"envelopes-suite{suite}.json")));
        return file.RootElement.GetProperty("vectors").EnumerateArray().Select(Read).ToList();
    }

    public override string ToString() => Name;

    private static FrozenEnvelope Read(JsonElement vector) => new(
        Get(vector, "name"),
        Convert.FromHexString(Get(vector, "key")),
        Get(vector, "key_id"),
        vector.GetProperty("context").EnumerateArray().Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!)).ToList(),
        vector.TryGetProperty("plaintext", out var plaintext) ? Convert.FromHexString(plaintext.GetString()!) : [],
        Convert.FromHexString(Get(vector, "envelope")),
        vector.TryGetProperty("text", out var text) ? text.GetString() : null,
        Get(vector, "expected"));

    private static string Get(JsonElement vector, string property) => vector.GetProperty(property).GetString()!;
}
