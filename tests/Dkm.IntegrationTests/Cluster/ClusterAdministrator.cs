namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>The administrator's calls, over the channels and with the request ids that <c>dkm</c> has, without the start of a process in what is measured.</summary>
internal sealed class ClusterAdministrator : IDisposable
{
    private readonly CertificateSource certificate;
    private readonly TrustStore trust;
    private readonly ServiceChannel access;
    private readonly ServiceChannel keyRing;
    private int names;

    public ClusterAdministrator(string home)
    {
        var configuration = DkmHome.ReadConfiguration(home)!;
        var files = IdentityFiles.FromDirectory(DkmHome.IdentityDirectory(home, "admin"));
        certificate = new CertificateSource(files.CertificateFile, files.KeyFile, TimeProvider.System, NullLogger.Instance);
        trust = new TrustStore(files.ToTrustOptions(configuration.TrustDomain), TimeProvider.System, NullLogger.Instance);
        access = Open(DkmService.Access, configuration.Access!, configuration.TrustDomain);
        keyRing = Open(DkmService.KeyRing, configuration.KeyRing!, configuration.TrustDomain);
        Groups = new GroupService.GroupServiceClient(access.RepeatingInvoker);
        Rings = new KeyRingService.KeyRingServiceClient(keyRing.RepeatingInvoker);
    }

    public GroupService.GroupServiceClient Groups { get; }

    public KeyRingService.KeyRingServiceClient Rings { get; }

    private static CancellationToken Token => CancellationToken.None;

    /// <summary>A change of each service that has a store: a group, and a ring.</summary>
    /// <param name="limit">The deadline of each.</param>
    /// <returns>What came of the group and of the ring, null if it was made, and how long it took.</returns>
    public async Task<(Outcome Group, Outcome Ring)> ActAsync(TimeSpan limit)
    {
        var name = $"{Environment.ProcessId}-{Interlocked.Increment(ref names)}";
        var group = TryAsync(options => Groups.CreateGroupAsync(
            new CreateGroupRequest { Group = new Group { Name = "made-" + name, Kind = Group.Types.Kind.Workload }, RequestId = NewId() }, options).ResponseAsync, limit);
        var ring = TryAsync(options => Rings.CreateKeyRingAsync(
            new CreateKeyRingRequest { KeyRing = new KeyRing { Name = "made/" + name }, RequestId = NewId() }, options).ResponseAsync, limit);
        return (await group, await ring);
    }

    /// <summary>All keys of a ring, in the order of their times.</summary>
    public async Task<IReadOnlyList<ClusterKey>> KeysAsync(string ring)
    {
        var page = await Rings.ListKeysAsync(new ListKeysRequest { KeyRing = ring, PageSize = 1000 }, cancellationToken: Token);
        return [.. page.Keys.Select(ClusterKey.Of).OrderBy(key => key.ActivateTime)];
    }

    public void Dispose()
    {
        access.Dispose();
        keyRing.Dispose();
        trust.Dispose();
        certificate.Dispose();
    }

    private static async Task<Outcome> TryAsync(Func<CallOptions, Task> call, TimeSpan limit)
    {
        var taken = Stopwatch.StartNew();
        try
        {
            await call(new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + limit));
            return new Outcome(taken.Elapsed, null);
        }
        catch (DkmException failure)
        {
            return new Outcome(taken.Elapsed, failure);
        }
    }

    private static string NewId() => KeyId.Create(TimeProvider.System.GetUtcNow()).ToString();

    private ServiceChannel Open(DkmService service, ServiceAddresses addresses, string trustDomain) => new(
        new ServiceChannelOptions { Addresses = addresses, Service = service, TrustDomain = trustDomain },
        certificate,
        trust,
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>How long a call took, and how it failed if it did.</summary>
    internal sealed record Outcome(TimeSpan Taken, DkmException? Failure)
    {
        public bool Done => Failure is null;

        public override string ToString() => $"{Taken.TotalSeconds:0.00} s: {(Failure is null ? "done" : $"{Failure.Kind} {Failure.Reason} {Failure.Message}")}";
    }
}
