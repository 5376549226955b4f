namespace Dkm.Access.Records;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.Approvals;
using Dkm.Access.Groups;
using Dkm.Backup.V1;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.Status.V1;
using Dkm.Storage;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>
/// Access's records, opened behind a listener that is up already: services may start in any order, so a store that is not there yet means not ready,
/// and is tried again. Access itself decides by the same policy that it streams.
/// </summary>
internal sealed class AccessStore(
    AccessOptions options, IRevisionedStore? shared, GroupDirectory directory, SeenTime clock, TimeProvider time, ILogger<AccessStore> logger)
    : BackgroundService, IGroupMembership, IReadiness, IStatusPart
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ChangeListeners listeners = new();
    private IRevisionedStore? own;
    private FileRoot? root;
    private volatile ServiceStore? store;
    private volatile AwaitedRestore? awaited;
    private volatile string why = "the store is being opened";

    /// <summary>Where nobody is in any group yet, whoever runs this service says by its configuration who may restore them.</summary>
    public PolicySnapshot Current => awaited is null ? directory.Groups.Policy : FirstAdministrators;

    public bool Ready => store is { Ready: true };

    public string Name => "store";

    public bool IsCutOff => Ready && Age > options.CutOff;

    public string? Why => Ready ? store?.Trouble ?? (IsCutOff ? $"the store has confirmed nothing for longer than {options.CutOff}" : null) : why;

    bool IGroupMembership.Ready => Ready || awaited is not null;

    public DateTimeOffset ConfirmTime => store?.ConfirmTime ?? default;

    public TimeSpan Age => store is { } open ? time.GetUtcNow() - open.ConfirmTime : awaited is null ? TimeSpan.MaxValue : TimeSpan.Zero;

    public DateTimeOffset ClockTime => clock.Now;

    private PolicySnapshot FirstAdministrators => field ??= PolicySnapshot.Create(
        default, [GroupEntry.Create(BuiltInGroups.Administrators, "first-administrators", GroupKind.Human, options.FirstAdministrators)]);

    public IDisposable OnChange(Action<PolicySnapshot> listener) => listeners.Add(listener);

    /// <exception cref="DkmException">UNAVAILABLE NOT_READY.</exception>
    public void DemandReady() => Open();

    public Task<ManifestVersion> CommitAsync(RecordChanges changes, CancellationToken cancellationToken) =>
        Open().CommitAsync(changes, cancellationToken);

    public Task<ManifestVersion> RecoverAsync(CancellationToken cancellationToken) => Open().RecoverAsync(cancellationToken);

    public Task BackupAsync(BackupRequest request, IServerStreamWriter<BackupResponse> responses, CancellationToken cancellationToken) =>
        BackupAnswers.BackupAsync(Open(), request, responses, cancellationToken);

    public Task<RestoreResponse> RestoreAsync(RestoreRequests requests, CancellationToken cancellationToken) => requests.DestroyedKeys.Count == 0
        ? BackupAnswers.RestoreAsync("access", awaited, Open, requests, static (_, _) => null, cancellationToken)
        : throw DkmException.Invalid("destroyed_keys", Reasons.InvalidField, "Access has no keys; these are for KeyRing");

    public async Task AddAsync(ServiceStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(status);
        status.Store = await StoreInspection.RunAsync(shared ?? own, store, time, cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await CloseAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                store = await OpenAsync(stoppingToken);
                Log.Ready(logger, directory.Groups.Policy.Version.ToString());
                return;
            }
            catch (DkmException trouble)
            {
                why = $"{trouble.Reason}: {trouble.Message}";
                Log.CannotOpen(logger, why);
                await CloseAsync();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(RetryDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ServiceStore> OpenAsync(CancellationToken cancellationToken)
    {
        var below = shared ?? (own ??= await StoreSettings.OpenAsync(options.StoreFile, options.Etcd, time, logger, cancellationToken));
        root ??= FileRoot.Open(options.RootFile, create: options.Server.Development, options.RootGroupMayRead);
        if (options.AwaitRestore)
        {
            await new AwaitedRestore(below, "access", root, StoreOptions(below), time, logger).FilledAsync(Await, cancellationToken);
        }

        var opened = await ServiceStore.OpenAsync(
            below, "access", root, directory, StoreOptions(below), time, logger, cancellationToken);
        try
        {
            await FoundAsync(opened, cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private void Await(AwaitedRestore? restore)
    {
        why = restore is null ? AwaitedRestore.WhyOnceRestored : AwaitedRestore.Why;
        awaited = restore;
    }

    private ServiceStoreOptions StoreOptions(IRevisionedStore below) => new()
    {
        MaxRefresh = options.Refresh,
        StateDirectory = options.StateDirectory,
        AcceptVersion = options.AcceptVersion,

        // No other process can open the embedded store.
        ExchangeInterval = below is SqliteStore ? null : ServiceStoreOptions.UsualExchange,
    };

    /// <summary>The built-in groups, once. Another replica may be doing the same; then its groups are as good as ours.</summary>
    private async Task FoundAsync(ServiceStore opened, CancellationToken cancellationToken)
    {
        if (Founding.Decide(directory.Groups, options.FirstAdministrators, options.Server.Development, time.GetUtcNow()) is not { Count: > 0 } founded)
        {
            return;
        }

        var changes = new RecordChanges();
        foreach (var group in founded)
        {
            changes.Put(group.Path, GroupRecords.Type, GroupRecords.Write(group, KeyId.Create(time.GetUtcNow()).ToString()), expectedVersion: 0);
        }

        try
        {
            await opened.CommitAsync(changes, cancellationToken);
            Log.Founded(logger, options.FirstAdministrators.Count);
        }
        catch (DkmException lost) when (lost.Reason == Reasons.LostRace)
        {
            Log.FoundedElsewhere(logger);
        }
    }

    private ServiceStore Open() => store ?? throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, $"Access is not ready: {why}");

    private async Task CloseAsync()
    {
        if (store is { } open)
        {
            store = null;
            await open.DisposeAsync();
        }

        root?.Dispose();
        root = null;
        if (own is { } opened)
        {
            own = null;
            await opened.DisposeAsync();
        }
    }
}
