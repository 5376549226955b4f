namespace Dkm.Storage;

using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Status.V1;
using Etcdserverpb;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

/// <summary>Asks every member how it is. It changes nothing of which member the store is with: a look must not disturb what is looked at.</summary>
internal sealed class EtcdInspection(EtcdMembers members, EtcdHistory history, EtcdStoreOptions options, TimeProvider time)
{
    public async Task RunAsync(StoreStatus status, CancellationToken cancellationToken)
    {
        var oldest = FindOldestAsync(cancellationToken);
        status.Kind = StoreStatus.Types.Kind.Etcd;
        status.Certificate = members.CertificateValidity;
        status.Members.Add(await Task.WhenAll(members.All.Select(member => AskAsync(member, cancellationToken))));
        status.OldestRevision = await oldest;
        status.HistoryAge = status.OldestRevision > 0 ? history.Age(status.OldestRevision).ToDuration() : null;
    }

    private static string Hexadecimal(ulong id) => id == 0 ? string.Empty : id.ToString("x", CultureInfo.InvariantCulture);

    private async Task<StoreMember> AskAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        var found = new StoreMember { Endpoint = member.Endpoint.ToString() };
        using var limit = new CancellationTokenSource(options.TryTimeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var channel = await member.ReadyAsync(any.Token);

            // Without "hasleader": one that has no leader is to say so and not to refuse.
            Fill(found, await channel.Maintenance.StatusAsync(new StatusRequest(), cancellationToken: any.Token));
        }
        catch (DkmException exception)
        {
            // It answers, and is not taken.
            found.Reachable = exception.Kind == ErrorKind.FailedPrecondition;
            found.Problem = exception.Message;
        }
        catch (RpcException exception) when (!any.IsCancellationRequested)
        {
            found.Reachable = EtcdStatus.IsAnswer(exception);
            found.Problem = EtcdStatus.Explain(exception, member.Endpoint).Message;
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Problem = $"no answer within {options.TryTimeout.TotalSeconds} s";
        }

        return found;
    }

    private static void Fill(StoreMember found, StatusResponse answer)
    {
        found.Reachable = true;
        found.MemberId = Hexadecimal(answer.Header.MemberId);
        found.LeaderId = Hexadecimal(answer.Leader);
        found.Version = answer.Version;
        found.Learner = answer.IsLearner;
        found.Revision = answer.Header.Revision;
        found.DatabaseBytes = answer.DbSize;
        found.UsedBytes = answer.DbSizeInUse;
        found.QuotaBytes = answer.DbSizeQuota;
        found.Errors.Add(answer.Errors);
    }

    /// <summary>
    /// By halving between what is gone and what is there: etcd tells the compacted revision to watches alone, and a watch from the first revision makes a member read all
    /// that it has kept, which is most where nothing was compacted. 0 if it cannot be found out.
    /// </summary>
    private async Task<long> FindOldestAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.TryTimeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var channel = await members.InOrder()[0].ReadyAsync(any.Token);
            if (await ReadAsync(channel, 1, any.Token) is not null)
            {
                return 1;
            }

            var (gone, there) = (1L, await ReadAsync(channel, 0, any.Token) ?? 0);
            while (there - gone > 1)
            {
                var middle = gone + ((there - gone) / 2);
                (gone, there) = await ReadAsync(channel, middle, any.Token) is null ? (middle, there) : (gone, middle);
            }

            return there;
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException or DkmException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        }
    }

    /// <summary>The member's newest revision, or null if the one asked for is gone. No quorum is needed for it.</summary>
    private static async Task<long?> ReadAsync(EtcdChannel channel, long revision, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.Get(StorePath.Cluster, revision);
        request.Serializable = true;
        try
        {
            return (await channel.Kv.RangeAsync(request, cancellationToken: cancellationToken)).Header.Revision;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.OutOfRange
            && exception.Status.Detail.Contains("compacted", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
