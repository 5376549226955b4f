namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Secrets;
using Xunit;

public sealed class FrozenEnvelopeTests
{
    [Theory]
    [InlineData(Suite.Xaes256Gcm)]
    [InlineData(Suite.Aegis256)]
    public void Open_EachFrozenEnvelope_AnswersAsEver(Suite suite)
    {
        var vectors = FrozenEnvelope.Load((int)suite);
        Assert.True(vectors.Count(vector => vector.Expected == "OPENS") >= 9);
        Assert.True(vectors.Count(vector => vector.Expected != "OPENS") >= 25);
        Assert.All(vectors, vector => Assert.Equal(vector.Expected, Answer(vector, suite)));
    }

    private static string Answer(FrozenEnvelope vector, Suite suite)
    {
        Assert.True(KeyId.TryParse(vector.KeyId, out var id));
        using var material = SecretBytes.CopyFrom(vector.Key);
        using var cipher = new EnvelopeCipher(id.Value, material, suite);
        var plaintext = new byte[vector.Envelope.Length];
        try
        {
            var length = cipher.Open(vector.Envelope, DkmContext.From(vector.Context).Canonical, plaintext);
            Assert.Equal(vector.Plaintext, plaintext[..length]);
            Assert.Equal(vector.Text, Envelope.ToText(vector.Envelope));
            Assert.True(Envelope.TryParseText(vector.Text, out var parsed));
            Assert.Equal(vector.Envelope, parsed);
            return "OPENS";
        }
        catch (DkmException refused)
        {
            return refused.Reason;
        }
        catch (ArgumentException)
        {
            return Envelope.ReadHeader(vector.Envelope).Suite == suite ? "OTHER_KEY" : "OTHER_SUITE";
        }
    }
}
