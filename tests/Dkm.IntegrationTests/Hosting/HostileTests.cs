namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Crypto.V1;
using Dkm.Testing.Services;
using Xunit;

/// <summary>Input that is made to hurt costs the server little and the others nothing.</summary>
public sealed class HostileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Worker = "/ns/mail/sa/worker";
    internal const string Encrypt = "/dkm.crypto.v1.CryptoService/Encrypt";

    [Fact]
    public async Task Message_GzipBomb_RefusedBeforeItIsInflated()
    {
        await using var fixture = await HostingFixture.StartAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.Equal("8", await ThrowBombAsync(fixture.Service.Address, fixture.Pki.Issue(Worker)));

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 * 1024 * 1024);
        Assert.Equal(0, fixture.Crypto.Calls);
    }

    [Fact]
    public async Task Connection_RapidReset_AttackerIsCutAndOthersGoOn()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { StreamsPerConnection = 20 });
        var others = fixture.CryptoAs("/ns/mail/sa/other");

        // Kestrel's own line about the cut.
        fixture.Service.ErrorsExpected = true;
        await others.EncryptAsync(new EncryptRequest(), cancellationToken: Token);
        await using var attacker = await Http2Attacker.ConnectAsync(fixture.Service.Address, fixture.Pki.Issue(Worker));

        var attack = attacker.ResetUntilCutAsync(Encrypt, maximum: 200_000);
        var slowest = TimeSpan.Zero;
        do
        {
            var watch = Stopwatch.StartNew();
            Assert.NotEmpty((await others.EncryptAsync(new EncryptRequest(), deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: Token)).KeyId);
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }
        while (!attack.IsCompleted);

        var streams = await attack;
        TestContext.Current.SendDiagnosticMessage($"cut after {streams} streams; slowest call of another: {slowest}");
        Assert.True(streams < 200_000, "the attacker was never cut");
        Assert.NotEmpty((await others.EncryptAsync(new EncryptRequest(), cancellationToken: Token)).KeyId);
    }

    [Fact]
    public async Task Connection_HeadersThatNeverEnd_Cut()
    {
        await using var fixture = await HostingFixture.StartAsync();
        await using var attacker = await Http2Attacker.ConnectAsync(fixture.Service.Address, fixture.Pki.Issue(Worker));

        Assert.True(await attacker.ContinueHeadersUntilCutAsync(Encrypt, maximum: 1_000));
    }

    /// <summary>Half a gigabyte in less than one megabyte, as a call of Encrypt. Answers the status in the reply.</summary>
    internal static async Task<string> ThrowBombAsync(Uri address, X509Certificate2 certificate)
    {
        using var http = new HttpClient(TestServers.Handler(certificate)) { BaseAddress = address };
        var bomb = Bomb(512 * 1024 * 1024);
        Assert.True(bomb.Length < 1024 * 1024, "the bomb itself is small");
        using var request = new HttpRequestMessage(HttpMethod.Post, Encrypt)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(bomb),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.Add("grpc-encoding", "gzip");

        using var answer = await http.SendAsync(request, Token);
        await answer.Content.ReadAsByteArrayAsync(Token);
        return answer.Headers.TryGetValues("grpc-status", out var header) ? header.Single() : answer.TrailingHeaders.GetValues("grpc-status").Single();
    }

    private static byte[] Bomb(int size)
    {
        using var compressed = new MemoryStream();
        compressed.Write(new byte[5]);
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var written = 0; written < size; written += zeros.Length)
            {
                gzip.Write(zeros);
            }
        }

        var message = compressed.ToArray();
        message[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 5);
        return message;
    }
}
