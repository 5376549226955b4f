namespace Dkm.Access.Approvals;

using System;
using System.Threading.Tasks;
using Dkm.Access.Credentials;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = Dkm.Access.V1;

/// <summary>Elevations and proposals for humans. Each decision is made from one state of everything, and made again when somebody wrote meanwhile.</summary>
internal sealed class ApprovalEndpoint(
    PetitionRepository repository, ElevationCredentials credentials, SeenTime clock, AccessOptions options, TimeProvider time) : ApprovalService.ApprovalServiceBase
{
    private const int NonceBytes = 16;

    // As many as anybody sends at once, since each that is written sends the others back.
    private const int Attempts = 50;

    private readonly GroupFields fields = new(options.Server.Trust.TrustDomain);

    public override Task<Wire.Petition> RequestElevation(RequestElevationRequest request, ServerCallContext context) => MakeAsync(
        context, (requester, state, id, nonce, now) => PetitionDrafts.Elevation(request, requester, state, id, nonce, now));

    public override Task<Wire.Petition> Propose(ProposeRequest request, ServerCallContext context) => MakeAsync(
        context,
        (requester, state, id, nonce, now) => PetitionDrafts.Proposal(request, requester, state, fields, options.TrustChangeApprovals, id, nonce, now));

    public override Task<Wire.Petition> Get(GetRequest request, ServerCallContext context)
    {
        var state = repository.State;
        return Task.FromResult(PetitionRule.Settle(Find(request.Id, state, context), clock.Now).ToMessage(state.Policy));
    }

    public override Task<ListResponse> List(ListRequest request, ServerCallContext context)
    {
        var (state, now) = (repository.State, clock.Now);
        return Task.FromResult(PetitionPage.Make(request, context.GetCaller().Id, state, now));
    }

    public override Task<Wire.Petition> Approve(ApproveRequest request, ServerCallContext context)
    {
        var digest = PetitionFields.Digest(request.Digest, "digest");
        var reason = PetitionFields.OptionalReason(request.Reason, "reason");
        return DecideAsync(request.Id, context, (petition, caller, state, now) => PetitionRule.Approve(petition, caller, digest, reason, state.Groups, now));
    }

    public override Task<Wire.Petition> Deny(DenyRequest request, ServerCallContext context)
    {
        var reason = PetitionFields.Reason(request.Reason, "reason");
        return DecideAsync(request.Id, context, (petition, caller, state, now) => PetitionRule.Deny(petition, caller, reason, state.Policy, now));
    }

    public override Task<Wire.Petition> Cancel(CancelRequest request, ServerCallContext context) =>
        DecideAsync(request.Id, context, (petition, caller, _, now) => PetitionRule.Cancel(petition, caller, now));

    public override Task<Wire.Petition> Revoke(RevokeRequest request, ServerCallContext context)
    {
        var reason = PetitionFields.Reason(request.Reason, "reason");
        return DecideAsync(request.Id, context, (petition, caller, state, now) => PetitionRule.Revoke(petition, caller, reason, state.Policy, now));
    }

    public override async Task<IssueCredentialResponse> IssueCredential(IssueCredentialRequest request, ServerCallContext context)
    {
        var caller = context.GetCaller().Id;
        _ = Find(request.Id, repository.State, context);
        var key = CertifiedKey.Read(request.CertificationRequest.Span, "certification_request");
        credentials.DemandAuthority();

        // The key is fixed in the record before anything is signed with it in it.
        var (petition, now) = await WriteAsync(request.Id, context, (petition, _, now) => PetitionRule.FixKey(petition, caller, key.Digest, now));
        if (repository.Age > options.Server.Limits.AdministrationStaleness)
        {
            // Where nothing had to be written, nobody has said yet that it was not revoked meanwhile.
            throw new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "the records could not be confirmed lately, so no credential is issued by them");
        }

        var end = petition.EndTime ?? throw new InvalidOperationException("an active elevation has an end");
        return new IssueCredentialResponse
        {
            Certificate = credentials.Issue(petition.Id, key, end - now),
            EndTime = Timestamp.FromDateTimeOffset(end),
        };
    }

    public override async Task<SpendOperationsResponse> SpendOperations(SpendOperationsRequest request, ServerCallContext context)
    {
        var operations = request.Operations is >= 1 and <= 1000
            ? request.Operations
            : throw DkmException.Invalid("operations", Reasons.InvalidField, "1 to 1,000 operations are counted at a time");
        var (petition, _) = await WriteAsync(request.Id, context, (petition, _, now) => PetitionRule.Spend(petition, operations, now), FindForCrypto);
        return new SpendOperationsResponse { RemainingOperations = Math.Max(0, (petition.Elevation?.MaximumOperations ?? 0) - petition.Operations) };
    }

    private static Petition FindForCrypto(string id, AccessState state, ServerCallContext context)
    {
        PetitionFields.Id(id, "id");
        context.GetCaller().Accept();
        return state.Petitions.Find(id)
            ?? throw new DkmException(ErrorKind.PermissionDenied, Reasons.ElevationOver, $"there is no elevation {id}");
    }

    private async Task<Wire.Petition> MakeAsync(ServerCallContext context, PetitionMaker make)
    {
        var requester = context.GetCaller().Id;
        for (var attempt = 1; ; attempt++)
        {
            var (seen, now) = (repository.State, clock.Now);
            var nonce = new byte[NonceBytes];
            KernelRandom.Fill(nonce);
            var petition = make(requester, seen, KeyId.Create(time.GetUtcNow()).ToString(), nonce, now);
            if (petition.Version > 0)
            {
                return PetitionRule.Settle(petition, now).ToMessage(seen.Policy);
            }

            try
            {
                return (await repository.WriteAsync(petition, change: null, seen, now, context.CancellationToken)).ToMessage(seen.Policy);
            }
            catch (DkmException lost) when (lost.Reason == Reasons.LostRace && attempt < Attempts)
            {
                // Somebody else has written: perhaps the same request, sent twice.
            }
        }
    }

    private async Task<Wire.Petition> DecideAsync(string id, ServerCallContext context, Func<Petition, SpiffeId, AccessState, DateTimeOffset, Petition> decide)
    {
        var caller = context.GetCaller().Id;
        var (petition, _) = await WriteAsync(id, context, (petition, state, now) => decide(petition, caller, state, now));
        return petition.ToMessage(repository.State.Policy);
    }

    private async Task<(Petition Petition, DateTimeOffset Now)> WriteAsync(
        string id,
        ServerCallContext context,
        Func<Petition, AccessState, DateTimeOffset, Petition> decide,
        Func<string, AccessState, ServerCallContext, Petition>? find = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (seen, now) = (repository.State, clock.Now);
            var before = (find ?? Find)(id, seen, context);
            var after = decide(before, seen, now);
            if (ReferenceEquals(before, after))
            {
                return (before, now);
            }

            // At every approval, so that nobody approves what cannot be applied any more.
            var change = after is { Proposal: not null, State: PetitionState.Pending or PetitionState.Applied }
                ? ProposalRule.DecideAgain(after, seen.Groups, fields, now)
                : null;
            try
            {
                return (await repository.WriteAsync(after, after.State == PetitionState.Applied ? change : null, seen, now, context.CancellationToken), now);
            }
            catch (DkmException lost) when (lost.Reason == Reasons.LostRace && attempt < Attempts)
            {
                // Somebody else has written, perhaps the approval that was missing: decided again from what is there now.
            }
        }
    }

    /// <summary>Whether one exists is told to administrators and auditors alone.</summary>
    private static Petition Find(string id, AccessState state, ServerCallContext context)
    {
        var caller = context.GetCaller();
        PetitionFields.Id(id, "id");
        var petition = state.Petitions.Find(id);
        if (petition is not null && PetitionRule.MaySee(petition, caller.Id, state.Policy))
        {
            caller.Accept();
            return petition;
        }

        throw petition is null && (state.Policy.IsAdministrator(caller.Id) || state.Policy.IsAuditor(caller.Id))
            ? new DkmException(ErrorKind.NotFound, Reasons.NotFound, $"there is no petition {id}", "id")
            : new DkmException(
                ErrorKind.PermissionDenied,
                Reasons.PetitionUnknownOrNotYours,
                $"{caller.Id} has to do with no petition {id}: it does not exist, or she neither made it nor may approve it",
                "id");
    }

    private delegate Petition PetitionMaker(SpiffeId requester, AccessState state, string id, ReadOnlySpan<byte> nonce, DateTimeOffset now);
}
