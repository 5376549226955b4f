namespace Dkm.IntegrationTests.Vectors;

using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using Xunit;

/// <summary>The frozen envelopes opened by a decoder in Python that was written from docs/ENVELOPE.md and shares no code with ours.</summary>
public sealed class SecondDecoderTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task OpenEnvelope_FrozenSuite1_AnswersAsTheFirst()
    {
        Assert.True(File.Exists(Python), $"{Python} is missing: apt-get install -y python3 python3-cryptography");
        var start = new ProcessStartInfo(Python) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "decoder", "open_envelope.py"));
        start.ArgumentList.Add("vectors");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "vectors", "envelopes-suite1.json"));
        using var decoder = Process.Start(start) ?? throw new InvalidOperationException("the decoder did not start");

        var output = decoder.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = decoder.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await decoder.WaitForExitAsync(TestContext.Current.CancellationToken);

        // Without python3-cryptography the script says what to install.
        Assert.True(decoder.ExitCode == 0, await output + await errors);
        Assert.Contains(" vectors, 0 wrong", await output, StringComparison.Ordinal);
    }
}
