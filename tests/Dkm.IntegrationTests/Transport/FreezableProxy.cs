namespace Dkm.IntegrationTests.Transport;

using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

/// <summary>A way to a server that can hang: connections stay open, more are taken, and nothing passes. As a stopped process looks from outside. Or that can break.</summary>
internal sealed class FreezableProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private volatile TaskCompletionSource open = new();
    private CancellationTokenSource cut = new();

    public FreezableProxy(Uri server)
    {
        target = server.Port;
        open.SetResult();
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public void Freeze() => open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => open.TrySetResult();

    /// <summary>Ends every connection that there is; others are taken as before.</summary>
    public void Cut() => Interlocked.Exchange(ref cut, new CancellationTokenSource()).Cancel();

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptSocketAsync(stop.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await server.ConnectAsync(IPAddress.Loopback, target);
        await using var near = new NetworkStream(client, ownsSocket: true);
        await using var far = new NetworkStream(server);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, Volatile.Read(ref cut).Token);
        await Task.WhenAny(PumpAsync(near, far, end.Token), PumpAsync(far, near, end.Token));
    }

    private async Task PumpAsync(Stream from, Stream to, CancellationToken end)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.ReadAsync(buffer, end) is var count and > 0)
            {
                await open.Task.WaitAsync(end);
                await to.WriteAsync(buffer.AsMemory(0, count), end);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // One side is gone; the other goes with it.
        }
    }
}
