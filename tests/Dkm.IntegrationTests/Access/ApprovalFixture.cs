namespace Dkm.IntegrationTests.Access;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Testing.Storage;
using Dkm.Transport;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>
/// Two replicas of Access on one store, over real TLS. <c>ada</c> and <c>bob</c> administer; <c>ops</c> may ask to act as a member of <c>workers</c>, which one of <c>managers</c> (mia, max, ops herself)
/// and then one of <c>legal</c> (leo, lea, max) approves.
/// </summary>
public sealed class ApprovalFixture : IAsyncLifetime
{
    private readonly Dictionary<(string Path, int Replica), GrpcChannel> channels = [];
    private readonly List<RunningService> services = [];
    private readonly MemoryStore store = new(TimeProvider.System);
    private int names;

    public TestPki Pki { get; } = new();

    public IReadOnlyList<RunningService> Services => services;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await StartAsync();
        await CreateAsync("managers", Group.Types.Kind.Human, "/human/mia", "/human/max", "/human/ops");
        await CreateAsync("legal", Group.Types.Kind.Human, "/human/leo", "/human/lea", "/human/max");
        await WorkersAsync("workers", TimeSpan.FromHours(1), TimeSpan.FromHours(12), "managers", "legal");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels.Values)
        {
            channel.Dispose();
        }

        foreach (var service in services)
        {
            await service.DisposeAsync();
        }

        Pki.Dispose();
    }

    public async Task<RunningService> StartAsync(TimeProvider? time = null)
    {
        var files = Pki.WriteIdentity(Pki.Elevated.Certificate, Path.Combine(Pki.Directory, "elevation-ca"));
        var service = await RunningService.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = TestServers.Options(Pki, DkmService.Access),
                RootFile = Path.Combine(Pki.Directory, "access.root"),
                FirstAdministrators = [SpiffeId.Parse(TestPki.Id("/human/ada")), SpiffeId.Parse(TestPki.Id("/human/bob"))],
                ElevationCa = new CertificateAuthorityFiles(files.CertificateFile, files.KeyFile),
                Heartbeat = TimeSpan.FromMilliseconds(100),
                Refresh = TimeSpan.FromMilliseconds(100),
            },
            time ?? TimeProvider.System,
            store));
        services.Add(service);
        await service.ReadyAsync();
        return service;
    }

    public string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref names)}";

    public GrpcChannel ChannelAs(string path, int replica = 0)
    {
        if (!channels.TryGetValue((path, replica), out var channel))
        {
            channels[(path, replica)] = channel = TestServers.Channel(services[replica].Address, Pki.Issue(path));
        }

        return channel;
    }

    /// <summary>As a human, at a replica.</summary>
    public ApprovalService.ApprovalServiceClient As(string person, int replica = 0) => new(ChannelAs("/human/" + person, replica));

    public GroupService.GroupServiceClient Groups(string person = "ada", int replica = 0) => new(ChannelAs("/human/" + person, replica));

    public async Task<Group> CreateAsync(string name, Group.Types.Kind kind, params string[] members) => await Groups().CreateGroupAsync(
        new CreateGroupRequest { Group = new Group { Name = name, Kind = kind, Members = { members.Select(TestPki.Id) } } });

    public async Task<Group> WorkersAsync(string name, TimeSpan maximum, TimeSpan pending, params string[] approvers)
    {
        var group = await CreateAsync(name, Group.Types.Kind.Workload, "/ns/mail/sa/worker");
        group.ElevationPolicy = new ElevationPolicy
        {
            Levels = { approvers.Select(level => new ApproverLevel { Group = level, Approvals = 1 }) },
            MaxDuration = Duration.FromTimeSpan(maximum),
            PendingTtl = Duration.FromTimeSpan(pending),
        };
        return await Groups().UpdateGroupAsync(new UpdateGroupRequest { Group = group, UpdateMask = new FieldMask { Paths = { "elevation_policy" } } });
    }

    public async Task MembersAsync(string name, params string[] people)
    {
        var group = await Groups().GetGroupAsync(new GetGroupRequest { Name = name });
        group.Members.Clear();
        group.Members.AddRange(people.Select(person => TestPki.Id("/human/" + person)));
        await Groups().UpdateGroupAsync(new UpdateGroupRequest { Group = group, UpdateMask = new FieldMask { Paths = { "members" } } });
    }

    public async Task<Petition> RequestAsync(string group = "workers", TimeSpan? duration = null)
    {
        var petition = await As("ops").RequestElevationAsync(Request(group, duration ?? TimeSpan.FromMinutes(30)));
        await SeenEverywhereAsync();
        return petition;
    }

    public static RequestElevationRequest Request(string group, TimeSpan duration) => new()
    {
        Elevation = new ElevationTerms { Group = group, Duration = Duration.FromTimeSpan(duration) },
        Reason = "a mail does not open",
        Ticket = "INC-7",
    };

    public async Task<Petition> ApproveAsync(Petition petition, string person, int replica = 0)
    {
        var approved = await As(person, replica).ApproveAsync(new ApproveRequest { Id = petition.Id, Digest = petition.Digest });
        await SeenEverywhereAsync();
        return approved;
    }

    /// <summary>A replica refuses by what it has seen, and the other one's write takes a moment to come.</summary>
    private async Task SeenEverywhereAsync()
    {
        var versions = services.ConvertAll(service => service.App.Services.GetRequiredService<GroupDirectory>());
        var newest = versions.Max(directory => directory.State.Version);
        await Eventually.TrueAsync(() => versions.TrueForAll(directory => directory.State.Version >= newest), "seen by every replica");
    }

    public async Task<Petition> ActiveAsync(string group = "workers", TimeSpan? duration = null)
    {
        var petition = await RequestAsync(group, duration);
        await ApproveAsync(petition, "mia");
        return await ApproveAsync(petition, "leo");
    }

    public static ByteString CertificationRequest(ECDsa key) =>
        ByteString.CopyFrom(new CertificateRequest("CN=ops", key, HashAlgorithmName.SHA256).CreateSigningRequest());
}
