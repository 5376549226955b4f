namespace Dkm.IntegrationTests.Access;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Grpc.Net.Client;
using Xunit;

/// <summary>Access on its embedded store, over real TLS. <c>ada</c> and <c>bob</c> are its first administrators.</summary>
public sealed class AccessFixture : IAsyncLifetime
{
    public const string Administrator = "/human/ada";

    private readonly List<GrpcChannel> channels = [];
    private readonly string home = Directory.CreateTempSubdirectory("dkm-access-").FullName;

    public TestPki Pki { get; } = new();

    public RunningService Service { get; private set; } = null!;

    public GroupService.GroupServiceClient Groups => field ??= GroupsAs(Administrator);

    public async ValueTask InitializeAsync() => await StartAsync();

    public async Task StartAsync(params string[] firstAdministrators)
    {
        string[] first = firstAdministrators.Length > 0 ? firstAdministrators : [Administrator, "/human/bob"];
        Service = await RunningService.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = TestServers.Options(Pki, DkmService.Access, new LimitOptions { Tick = TimeSpan.FromMilliseconds(100) }),
                StoreFile = Path.Combine(home, "dkm.db"),
                RootFile = Path.Combine(home, "access.root"),
                FirstAdministrators = [.. Array.ConvertAll(first, path => SpiffeId.Parse(TestPki.Id(path)))],
                Heartbeat = TimeSpan.FromMilliseconds(200),
                Refresh = TimeSpan.FromMilliseconds(200),
            },
            TimeProvider.System));
        await Service.ReadyAsync();
    }

    public GrpcChannel ChannelAs(string path)
    {
        var channel = TestServers.Channel(Service.Address, Pki.Issue(path));
        channels.Add(channel);
        return channel;
    }

    public GroupService.GroupServiceClient GroupsAs(string path) => new(ChannelAs(path));

    /// <summary>Everything that a change could have changed.</summary>
    public async Task<ListGroupsResponse> AllAsync() => await Groups.ListGroupsAsync(new ListGroupsRequest { PageSize = 1000 });

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        await Service.DisposeAsync();
        Pki.Dispose();
        Directory.Delete(home, recursive: true);
    }
}
