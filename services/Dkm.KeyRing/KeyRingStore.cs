namespace Dkm.KeyRing;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.Status.V1;
using Dkm.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>
/// KeyRing's part of the store, opened in the background and tried again until it opens: services may start in any order. Until then every call that needs it
/// is UNAVAILABLE.
/// </summary>
internal sealed class KeyRingStore(
    KeyRingOptions options,
    IRevisionedStore? shared,
    RingCatalog catalog,
    KeyMaterials materials,
    RolloverTiming timing,
    TimeProvider time,
    ILogger<KeyRingStore> logger) : BackgroundService, IReadiness, IStatusPart
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IRevisionedStore? own;
    private FileRoot? root;
    private ServiceStore? current;
    private AwaitedRestore? awaited;
    private string trouble = "the store is not open yet";

    public string Name => "store";

    public bool Ready => opened.Task.IsCompleted;

    public bool IsCutOff => Ready && Age > RolloverTiming.CutOff;

    public string? Why => Ready
        ? current!.Trouble ?? (IsCutOff ? $"the store has confirmed nothing for longer than {RolloverTiming.CutOff}" : null)
        : Volatile.Read(ref trouble);

    /// <summary>The wrapping key of new rings.</summary>
    public string DefaultWrappingKeyId { get; private set; } = string.Empty;

    /// <exception cref="DkmException">UNAVAILABLE until the store is open.</exception>
    public ServiceStore Current => Ready
        ? current!
        : throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, Volatile.Read(ref trouble));

    /// <summary>The store below, for what is not a record: election and leases.</summary>
    public IRevisionedStore Revisioned => shared ?? own ?? throw new InvalidOperationException("the store is not open yet");

    /// <summary>Set while the store is empty and a restore is to fill it.</summary>
    public AwaitedRestore? Awaited => Volatile.Read(ref awaited);

    /// <summary>How old this replica's view of the rings may be.</summary>
    public TimeSpan Age => Ready ? time.GetUtcNow() - current!.ConfirmTime : TimeSpan.MaxValue;

    public Task WaitAsync(CancellationToken token) => opened.Task.WaitAsync(token);

    public async Task AddAsync(ServiceStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(status);
        status.Store = await StoreInspection.RunAsync(shared ?? own, current, time, cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (current is { } open)
        {
            await open.DisposeAsync();
        }

        // A store that was handed in is its owner's.
        if (own is not null)
        {
            await own.DisposeAsync();
        }

        root?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!Ready)
        {
            try
            {
                await OpenAsync(stoppingToken);
            }
            catch (DkmException exception)
            {
                Volatile.Write(ref trouble, $"{exception.Reason}: {exception.Message}");
                Log.StoreNotOpen(logger, exception.Reason, exception.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task OpenAsync(CancellationToken token)
    {
        if (shared is null)
        {
            own ??= await StoreSettings.OpenAsync(options.StoreFile, options.Etcd, time, logger, token);
        }

        root ??= FileRoot.Open(options.RootFile, create: options.Server.Development, options.RootGroupMayRead);
        if (options.AwaitRestore && current is null)
        {
            await new AwaitedRestore(Revisioned, "keyring", root, StoreOptions(), time, logger).FilledAsync(Await, token);
        }

        materials.Use(root);
        current ??= await ServiceStore.OpenAsync(Revisioned, "keyring", root, catalog, StoreOptions(), time, logger, token);
        materials.Use(current);
        DefaultWrappingKeyId = await materials.EnsureDefaultAsync(current, token);
        opened.TrySetResult();
    }

    private void Await(AwaitedRestore? restore)
    {
        Volatile.Write(ref trouble, restore is null ? AwaitedRestore.WhyOnceRestored : AwaitedRestore.Why);
        Volatile.Write(ref awaited, restore);
    }

    private ServiceStoreOptions StoreOptions() => new()
    {
        // A lease is renewed only while the view of the rings was confirmed within the bound, so it is confirmed several times as often.
        MaxRefresh = timing.RefreshBound / 4,
        StateDirectory = options.StateDirectory,
        AcceptVersion = options.AcceptVersion,

        // No other process can open the embedded store.
        ExchangeInterval = Revisioned is SqliteStore ? null : ServiceStoreOptions.UsualExchange,

        // Envelopes were made with them. A destroyed key leaves a tombstone.
        NeverDeleted = [KeyRecords.Prefix, RingRecords.Prefix, WrappingKey.Prefix],
        RecordRoots = new RecordRoots(WrappingKey.Prefix, record => [.. WrappingKey.Read(record.Body).Wraps.Select(wrap => wrap.RootId)]),
    };
}
