namespace Dkm.IntegrationTests.BadInput;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.IntegrationTests.Crypto;
using Dkm.IntegrationTests.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Testing.Services;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

/// <summary>Marked secrets go through the three services; whatever these log, measure, trace, answer in errors and store is searched for them.</summary>
public sealed class SecrecyTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private const string Plaintext = "canary-plaintext-7c1f";
    private const string Context = "canary-context-58ab";

    private readonly ConcurrentQueue<string> tags = new();
    private readonly List<string> errors = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_ThroughAllServices_AreInNoLogMetricTraceErrorOrStore()
    {
        using var log = new LogCollector();
        foreach (var app in (WebApplication[])[dkm.Access, dkm.KeyRing, dkm.Crypto])
        {
            app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        }

        using var meters = ListenToMeters();
        using var activities = ListenToActivities();
        var material = await UseAsync();

        // So that a collector that hears nothing does not pass for services that tell nothing.
        dkm.Crypto.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test").Log(LogLevel.Information, default, "heard", null, (text, _) => text);
        Assert.Contains(log.Lines, line => line.Contains("heard", StringComparison.Ordinal));
        Assert.True(errors.Count >= 5, "the refusals were seen");
        Assert.NotEmpty(tags);
        // Enumerated, not copied by count: the services go on telling meanwhile.
        var told = string.Join('\n', log.Lines.Concat(errors).Concat(tags));
        foreach (var secret in (byte[][])[Encoding.UTF8.GetBytes(Plaintext), Encoding.UTF8.GetBytes(Context), material])
        {
            foreach (var spelling in (string[])[Encoding.Latin1.GetString(secret), Convert.ToHexString(secret), Convert.ToBase64String(secret)[..12]])
            {
                Assert.DoesNotContain(spelling, told, StringComparison.OrdinalIgnoreCase);
            }
        }

        foreach (var file in (string[])[dkm.StoreFile, dkm.StoreFile + "-wal"])
        {
            var stored = await ReadSharedAsync(file);
            Assert.True(stored.Length > 0);
            Assert.Equal(-1, stored.AsSpan().IndexOf(material));
            Assert.Equal(-1, stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(DkmFixture.Worker)));
        }
    }

    /// <summary>What works and what is refused, with the canaries in it. Answers the ring's key.</summary>
    private async Task<byte[]> UseAsync()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var entry = new ContextEntry { Key = ByteString.CopyFromUtf8("address"), Value = ByteString.CopyFromUtf8(Context) };
        var request = new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = ByteString.CopyFromUtf8(Plaintext), Context = { entry } };
        var made = await crypto.EncryptAsync(request, cancellationToken: Token);
        await crypto.DecryptAsync(new() { Envelope = made.Envelope, Context = { entry } }, cancellationToken: Token);

        await RefuseAsync(() => crypto.DecryptAsync(new() { Envelope = made.Envelope, Context = { entry, Entry("more", Context) } }, cancellationToken: Token).ResponseAsync);
        await RefuseAsync(() => crypto.DecryptAsync(new() { Envelope = ByteString.CopyFromUtf8(Plaintext) }, cancellationToken: Token).ResponseAsync);
        request.Context.Add(entry);
        await RefuseAsync(() => crypto.EncryptAsync(request, cancellationToken: Token).ResponseAsync);
        await RefuseAsync(() => dkm.CryptoAs(DkmFixture.Admin).EncryptAsync(request, cancellationToken: Token).ResponseAsync);
        await RefuseAsync(() => dkm.CryptoAs(DkmFixture.Stranger).DecryptAsync(new() { Envelope = made.Envelope, Context = { entry } }, cancellationToken: Token).ResponseAsync);

        using var channel = TestServers.Channel(DkmFixture.AddressOf(dkm.KeyRing), dkm.Pki.Issue(DkmFixture.Worker));
        await using var holder = await TestHolder.OpenAsync(new KeySetService.KeySetServiceClient(channel), transient: true, DkmFixture.Mail);
        return (await holder.SetAsync(DkmFixture.Mail)).Keys[0].Material.ToByteArray();
    }

    private async Task RefuseAsync(Func<Task> call) => errors.Add((await Assert.ThrowsAsync<DkmException>(call)).ToString());

    private MeterListener ListenToMeters()
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>((_, _, measured, _) => Note(measured.ToArray()));
        listener.SetMeasurementEventCallback<long>((_, _, measured, _) => Note(measured.ToArray()));
        listener.Start();
        return listener;
    }

    private ActivityListener ListenToActivities()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Note([.. activity.TagObjects, .. activity.Events.SelectMany(one => one.Tags)]),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private void Note(KeyValuePair<string, object?>[] noted)
    {
        foreach (var (key, value) in noted)
        {
            tags.Enqueue($"{key}={value}");
        }
    }

    private static ContextEntry Entry(string key, string value) => new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) };

    /// <summary>SQLite has it open.</summary>
    private static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Token);
        return content.ToArray();
    }
}
