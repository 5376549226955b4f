namespace Dkm.Access.Groups;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

/// <summary>Groups for administrators. That the caller is one was judged before she came here.</summary>
internal sealed class GroupEndpoint(GroupRepository repository, AccessOptions options, TimeProvider time) : GroupService.GroupServiceBase
{
    // Half of a message: a page is cut before it fills one.
    private const int MaximumPageBytes = 2 * 1024 * 1024;

    // As many of one request id at once as anybody sends, since each that is written sends the others back.
    private const int Attempts = 20;

    private readonly GroupFields fields = new(options.Server.Trust.TrustDomain);

    public override async Task<Group> CreateGroup(CreateGroupRequest request, ServerCallContext context)
    {
        var draft = GroupMessages.Read(request, fields);
        for (var attempt = 1; ; attempt++)
        {
            var now = time.GetUtcNow();
            var seen = repository.Groups;
            var change = GroupRequests.Create(draft, seen, now);
            var group = change.After!;
            if (change.IsNothing)
            {
                return group.ToMessage();
            }

            try
            {
                return (await repository.CreateAsync(group, seen, context.CancellationToken)).ToMessage();
            }
            catch (DkmException lost) when (lost.Reason == Reasons.LostRace && attempt < Attempts)
            {
                // Somebody else has written: perhaps the same request, sent twice.
            }
        }
    }

    public override Task<Group> GetGroup(GetGroupRequest request, ServerCallContext context)
    {
        var name = GroupFields.Name(request.Name, "name");
        return Task.FromResult(GroupRules.Demand(repository.Groups.Find(name), name, "name").ToMessage());
    }

    public override Task<ListGroupsResponse> ListGroups(ListGroupsRequest request, ServerCallContext context)
    {
        var size = GroupMessages.PageSize(request.PageSize);
        var answer = new ListGroupsResponse();
        var bytes = 0;
        foreach (var group in repository.Groups.After(GroupMessages.ReadPageToken(request.PageToken)))
        {
            if (answer.Groups.Count == size || bytes > MaximumPageBytes)
            {
                answer.NextPageToken = GroupMessages.ToPageToken(answer.Groups[^1].Name);
                break;
            }

            var message = group.ToMessage();
            bytes += message.CalculateSize();
            answer.Groups.Add(message);
        }

        return Task.FromResult(answer);
    }

    public override async Task<Group> UpdateGroup(UpdateGroupRequest request, ServerCallContext context)
    {
        var change = GroupRequests.Update(request, repository.Groups, fields, time.GetUtcNow());
        var updated = change.After!;
        return change.IsNothing
            ? updated.ToMessage()
            : (await OverAsync(change.Before!, "group.etag", token => repository.WriteAsync(updated, token), context)).ToMessage();
    }

    public override async Task<Empty> DeleteGroup(DeleteGroupRequest request, ServerCallContext context)
    {
        var group = GroupRequests.Delete(request, repository.Groups).Before!;
        return await OverAsync(
            group,
            "etag",
            async token =>
            {
                await repository.DeleteAsync(group, token);
                return new Empty();
            },
            context);
    }

    /// <summary>A race lost inside the store is the same to the caller as one lost before it: read again, with the etag of now.</summary>
    private async Task<T> OverAsync<T>(StoredGroup group, string field, Func<CancellationToken, Task<T>> write, ServerCallContext context)
    {
        try
        {
            return await write(context.CancellationToken);
        }
        catch (DkmException lost) when (lost.Reason == Reasons.LostRace)
        {
            GroupRules.DemandEtag(GroupRules.Demand(repository.Groups.Find(group.Name), group.Name, field), group.Etag, field);
            throw;
        }
    }
}
