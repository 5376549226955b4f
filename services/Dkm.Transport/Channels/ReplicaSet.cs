namespace Dkm.Transport;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>The replicas of one service, and which of them gets the next call.</summary>
internal sealed class ReplicaSet : IDisposable
{
    private static readonly TimeSpan ResolveInterval = TimeSpan.FromSeconds(10);

    private readonly Func<Uri, IPAddress?, bool, Replica> create;
    private readonly ServiceChannelOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly List<Replica> retired = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private Replica[] all;
    private int turn;

    public ReplicaSet(ServiceChannelOptions options, CertificateSource? certificates, TrustStore trust, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        create = (address, via, isOneOfSeveral) => new Replica(address, via, isOneOfSeveral, options, certificates, trust, time, logger);
        all = [.. options.Addresses.Select(address => create(address, null, options.Addresses.Count > 1))];

        // Many clients that start together do not all begin with the first.
        Span<byte> chance = stackalloc byte[2];
        KernelRandom.Fill(chance);
        turn = BinaryPrimitives.ReadUInt16LittleEndian(chance);
        if (options.Addresses.Any(address => address.HostNameType == UriHostNameType.Dns && !address.IsLoopback))
        {
            _ = Task.Run(ResolveAsync);
        }
    }

    /// <summary>The one there is; null if there are several.</summary>
    public Replica? Only => Volatile.Read(ref all) is [var one] ? one : null;

    public int Count => Volatile.Read(ref all).Length;

    /// <summary>
    /// The one with the fewest calls under way of those that are not left; where several have as few, they take turns. When all are left, all take turns:
    /// what is thought of them may be old.
    /// </summary>
    /// <param name="not">The one that has just failed this call.</param>
    public Replica Pick(Replica? not = null)
    {
        var replicas = Volatile.Read(ref all);
        if (replicas.Length == 1)
        {
            return replicas[0];
        }

        var start = (uint)Interlocked.Increment(ref turn);
        Replica? best = null;
        for (var i = 0; i < replicas.Length; i++)
        {
            var replica = replicas[(start + i) % replicas.Length];
            if (replica != not && !replica.IsLeft && (best is null || replica.InFlight < best.InFlight))
            {
                best = replica;
            }
        }

        return best ?? replicas.Select((_, i) => replicas[(start + i) % replicas.Length]).First(replica => replica != not);
    }

    /// <summary>Whether another one than this is worth trying.</summary>
    public bool HasOther(Replica replica) => Volatile.Read(ref all).Any(other => other != replica && !other.IsLeft);

    public void Dispose()
    {
        lock (gate)
        {
            stop.Cancel();
            foreach (var replica in all.Concat(retired))
            {
                replica.Dispose();
            }
        }
    }

    /// <summary>
    /// A name with several addresses is one replica for each. Those of the first one's family: a machine with an IPv4 and an IPv6 address is one machine.
    /// </summary>
    internal static IReadOnlyList<(Uri Address, IPAddress? Via)> Expand(Uri address, IReadOnlyList<IPAddress> found)
    {
        var family = found.Where(ip => ip.AddressFamily == found[0].AddressFamily).Distinct().ToList();
        return family.Count > 1 ? [.. family.Select(ip => (address, (IPAddress?)ip))] : [(address, null)];
    }

    private async Task ResolveAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var wanted = new List<(Uri Address, IPAddress? Via)>();
                foreach (var address in options.Addresses)
                {
                    var isName = address.HostNameType == UriHostNameType.Dns && !address.IsLoopback;
                    wanted.AddRange(isName ? Expand(address, await options.Resolve(address.IdnHost, stop.Token).ConfigureAwait(false)) : [(address, null)]);
                }

                Take(wanted);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // What was known stays: a name server that is away is no reason to leave anybody.
                Log.NotResolved(logger, options.Addresses.ToString(), exception.Message);
            }

            await Task.Delay(ResolveInterval, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Calls of a replica that is no longer named end in their own time.</summary>
    private void Take(List<(Uri Address, IPAddress? Via)> wanted)
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested || all.Select(replica => (replica.Address, replica.Via)).ToHashSet().SetEquals(wanted))
            {
                return;
            }

            var before = all;
            Replica[] now = [.. wanted.Select(place =>
                before.FirstOrDefault(replica => (replica.Address, replica.Via) == place) ?? create(place.Address, place.Via, wanted.Count > 1))];
            retired.AddRange(before.Except(now));
            Volatile.Write(ref all, now);
        }
    }
}
