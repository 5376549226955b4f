namespace Dkm.Crypto.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Hosting;
using Dkm.Transport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>The one stream to KeyRing. Ready once KeyRing was heard: what is held then serves on while KeyRing is away, and that is no reason to send callers elsewhere.</summary>
internal sealed class KeyRingLink(ServiceChannel channel, KeySetHolderOptions options, TimeProvider time, ILogger<KeySetHolder> log)
    : IHostedService, IReadiness, IAsyncDisposable
{
    public KeySetHolder Holder { get; } = new(channel.Invoker, options, time, log);

    public string Name => "keyring";

    public bool Ready => Holder.EverConnected;

    public string? Why => Ready ? null : Holder.Trouble?.Message ?? "KeyRing has not been heard yet";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Holder.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Holder.DisposeAsync();
        channel.Dispose();
    }
}
