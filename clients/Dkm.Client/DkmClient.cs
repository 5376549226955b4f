namespace Dkm.Client;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Crypto.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>
/// DKM in an application: one per process, for its whole life. <c>builder.Services.AddDkm(o => …)</c> makes it a singleton; elsewhere
/// <see cref="Create"/>.
/// </summary>
/// <example><code>
/// await dkm.ReadyAsync(ct);                                   // fails with the reason
/// IDkmRing ring = dkm.Ring("mail/connected-accounts");
/// byte[] envelope = ring.Protect(secret, DkmContext.Of("address", "ann@example.com"));
/// byte[] secret = ring.Unprotect(envelope, DkmContext.Of("address", "ann@example.com"));
/// </code></example>
public sealed class DkmClient : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, IDkmRing> local = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IDkmRing> remote = new(StringComparer.Ordinal);
    private readonly DkmClientOptions options;
    private readonly Connections connections;
    private readonly KeySetHolder? holder;
    private readonly CryptoService.CryptoServiceClient? crypto;

    private DkmClient(DkmClientOptions options, Connections connections, TimeProvider time, ILoggerFactory logs)
    {
        this.options = options;
        this.connections = connections;
        crypto = connections.Crypto is { } channel ? new CryptoService.CryptoServiceClient(channel) : null;
        if (connections.KeyRing is { } keyRing)
        {
            var holderOptions = new KeySetHolderOptions
            {
                Transient = options.Transient,
                ResolveTimeout = options.ResolveTimeout,
                ResolvedKeyCapacity = options.ArchivedKeyCapacity,
            };
            holder = new KeySetHolder(keyRing, holderOptions, time, logs.CreateLogger<KeySetHolder>());
            foreach (var ring in options.Rings)
            {
                holder.Want(ring);
            }
        }
    }

    /// <summary>Makes a client. The connection to KeyRing is opened when the first ring is asked for, or already named in the options.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">All mistakes of the options together.</exception>
    /// <exception cref="DkmException">A certificate or key cannot be used.</exception>
    public static DkmClient Create(DkmClientOptions options, ILoggerFactory? logs = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        DkmClientOptionsRule.Demand(options);
        logs ??= NullLoggerFactory.Instance;
        var time = options.TimeProvider ?? BootClock.Instance;
        var client = new DkmClient(options, Connections.Open(options, time, logs), time, logs);
        if (options.Rings.Count > 0)
        {
            client.holder?.Start();
        }

        return client;
    }

    /// <summary>A ring whose keys this process holds; needs <c>hold</c>. The keys are on their way when this returns.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT: not a ring's name.</exception>
    /// <exception cref="InvalidOperationException">The options name no KeyRing.</exception>
    public IDkmRing Ring(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (local.TryGetValue(name, out var ring))
        {
            return ring;
        }

        var held = (holder ?? throw new InvalidOperationException("DkmClientOptions.KeyRingAddress is not set")).Want(name);
        holder.Start();
        return local.GetOrAdd(name, new LocalRing(holder, held, options.ResolveTimeout));
    }

    /// <summary>A ring used through the Crypto service; needs <c>encrypt</c> or <c>decrypt</c>. Each call goes over the network.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT: not a ring's name.</exception>
    /// <exception cref="InvalidOperationException">The options name no Crypto.</exception>
    public IDkmRing RemoteRing(string name)
    {
        RingName.Check(name, "key_ring");
        var client = crypto ?? throw new InvalidOperationException("DkmClientOptions.CryptoAddress is not set");
        return remote.GetOrAdd(name, static (name, client) => new RemoteRing(client, name), client);
    }

    /// <summary>
    /// Waits until every ring of <see cref="DkmClientOptions.Rings"/> and of <see cref="Ring"/> can be used. Asks again for one that was denied before.
    /// </summary>
    /// <exception cref="DkmException">
    /// PERMISSION_DENIED or UNAUTHENTICATED at once: who this process is, what is missing, what may be done about it; UNAVAILABLE, with what is in the
    /// way, after <see cref="DkmClientOptions.StartTimeout"/>.
    /// </exception>
    public async Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        if (holder is null)
        {
            return;
        }

        holder.Start();
        var waiting = new List<Task>();
        foreach (var ring in holder.Rings)
        {
            holder.AskAgain(ring);
            waiting.Add(ring.UsableAsync(options.StartTimeout, cancellationToken).AsTask());
        }

        await Task.WhenAll(waiting).ConfigureAwait(false);
    }

    /// <summary>Closes the connections and zeroes the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        if (holder is not null)
        {
            await holder.DisposeAsync().ConfigureAwait(false);
        }

        connections.Dispose();
    }
}
