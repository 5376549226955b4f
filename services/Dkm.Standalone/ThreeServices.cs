namespace Dkm.Standalone;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Core;
using Dkm.Crypto;
using Dkm.Hosting;
using Dkm.KeyRing;
using Dkm.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

/// <summary>Access, KeyRing and Crypto in one process, by nothing but what they are as processes of their own: three listeners, mTLS between them.</summary>
internal sealed class ThreeServices : IAsyncDisposable
{
    /// <summary>A little less than the 5 s in which the process is to be gone.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4);

    /// <summary>After this long without being ready a person wants to know why.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(10);

    private readonly Installation installation;
    private readonly TimeProvider time;
    private readonly List<WebApplication> services;
    private readonly WebApplication health;

    private ThreeServices(Installation installation, TimeProvider time, List<WebApplication> services)
    {
        this.installation = installation;
        this.time = time;
        this.services = services;
        health = HealthServer.Create(new IPEndPoint(IPAddress.Loopback, installation.Ports.Health), () => Parts);
    }

    private IEnumerable<IReadiness> Parts => services.SelectMany(
        service => service.Services.GetServices<IReadiness>().Select(part => new NamedPart(service.Services.GetRequiredService<ServerOptions>().Service, part)));

    public static ThreeServices Create(Installation installation, TimeProvider time)
    {
        var development = installation.Options.Development;
        var ports = installation.Ports;
        var heartbeat = development ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1);
        var access = new AccessOptions
        {
            Server = Server(installation, DkmService.Access, ports.Access),
            RootFile = installation.RootFile(DkmService.Access),
            FirstAdministrators = installation.Options.FirstAdministrators,
            ElevationCa = CertificateAuthorityFiles.Find(DevelopmentPki.AuthorityDirectory(installation.Options.Home, IdentityClass.Elevated)),
            Heartbeat = heartbeat,
            Refresh = heartbeat,
            StateDirectory = installation.StateDirectory,
            AwaitRestore = installation.Options.AwaitRestore,
        };
        var keyRing = new KeyRingOptions
        {
            Server = Server(installation, DkmService.KeyRing, ports.KeyRing),
            RootFile = installation.RootFile(DkmService.KeyRing),
            StateDirectory = installation.StateDirectory,
            AwaitRestore = installation.Options.AwaitRestore,
            Access = ports.AccessAddress,
            Installation = development ? InstallationOptions.ForDevelopment : new InstallationOptions(),
        };
        var crypto = new CryptoOptions
        {
            Server = Server(installation, DkmService.Crypto, ports.Crypto),
            Access = ports.AccessAddress,
            KeyRing = ports.KeyRingAddress,
        };
        return new ThreeServices(installation, time,
        [
            AccessService.Create(access, time, installation.Store),
            KeyRingServer.Create(keyRing, time, installation.Store),
            CryptoServer.Create(crypto, time),
        ]);
    }

    /// <summary>Serves until it is told to stop.</summary>
    public async Task RunAsync(TextWriter output, CancellationToken stop)
    {
        await Announcement.BeforeAsync(output, installation.Options);
        try
        {
            await health.StartAsync(stop);
            foreach (var service in services)
            {
                await service.StartAsync(stop);
            }

            await WaitUntilReadyAsync(output, stop);
            await Announcement.ReadyAsync(output, installation);
            await HomeWatch.WaitAsync(installation, time, stop);
            await Announcement.StoppingAsync(output);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new DkmException(ErrorKind.FailedPrecondition, Ports.InUseReason, e.Message, null, e);
        }
        finally
        {
            await StopAsync();
        }

        await Announcement.StoppedAsync(output, installation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in services.Append(health))
        {
            await service.DisposeAsync();
        }
    }

    private static ServerOptions Server(Installation installation, DkmService service, int port)
    {
        var identity = installation.Identity(service);
        return new ServerOptions
        {
            Service = service,
            Development = installation.Options.Development,
            Listen = new IPEndPoint(IPAddress.Loopback, port),
            Health = null,
            CertificateFile = identity.CertificateFile,
            KeyFile = identity.KeyFile,
            Trust = installation.Trust,
            HandlesSignals = false,
            AnnouncesDevelopment = false,
        };
    }

    private async Task WaitUntilReadyAsync(TextWriter output, CancellationToken stop)
    {
        var told = time.GetTimestamp();
        while (Parts.Where(part => !part.Ready).ToList() is { Count: > 0 } waiting)
        {
            if (time.GetElapsedTime(told) >= Patience)
            {
                await Announcement.WaitingAsync(output, waiting);
                told = time.GetTimestamp();
            }

            await Task.Delay(ReadyInterval, time, stop);
        }
    }

    /// <summary>All at once: each ends the streams of the others.</summary>
    private async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit, time);
        await Task.WhenAll(services.Append(health).Select(service => StopAsync(service, limit.Token)));
    }

    private static async Task StopAsync(WebApplication service, CancellationToken limit)
    {
        try
        {
            await service.StopAsync(limit);
        }
        catch (OperationCanceledException)
        {
            // What is not over by now is cut off with the process.
        }
    }

    private sealed class NamedPart(DkmService service, IReadiness part) : IReadiness
    {
        public string Name => $"{service.ToString().ToLowerInvariant()} {part.Name}";

        public bool Ready => part.Ready;

        public string? Why => part.Why;
    }
}
