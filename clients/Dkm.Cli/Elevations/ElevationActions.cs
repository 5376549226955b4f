namespace Dkm.Cli.Elevations;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Transport;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>What <c>dkm elevate …</c> does.</summary>
internal sealed class ElevationActions
{
    private readonly Session session;
    private readonly ApprovalService.ApprovalServiceClient approvals;
    private readonly ApprovalService.ApprovalServiceClient once;

    public ElevationActions(Session session)
    {
        this.session = session;
        session.Attempt = Attempt.Administration(DkmService.Access) with { Look = "dkm elevate list" };
        approvals = new ApprovalService.ApprovalServiceClient(session.Repeating(DkmService.Access));

        // Repeated after a lost answer it would be refused for what it did itself.
        once = new ApprovalService.ApprovalServiceClient(session.Once(DkmService.Access));
    }

    public async Task RequestAsync(
        string group, string reason, string? ticket, TimeSpan duration, string[] rings, int? operations, CancellationToken cancellationToken)
    {
        var request = new RequestElevationRequest
        {
            Elevation = new ElevationTerms { Group = group, Duration = Duration.FromTimeSpan(duration), MaxOperations = operations ?? 0 },
            Reason = reason,
            Ticket = ticket ?? string.Empty,
            RequestId = KeyId.Create(session.Time.GetUtcNow()).ToString(),
        };
        request.Elevation.KeyRings.Add(rings);
        var petition = await approvals.RequestElevationAsync(request, session.Options(cancellationToken));
        session.Printer.Show(
            ElevationView.Of(petition),
            CliJson.Form.ElevationView,
            view => $"{view.ToText()}\nothers approve it with: dkm elevate approve {view.Id}");
    }

    public async Task ListAsync(bool waiting, string? state, CancellationToken cancellationToken)
    {
        var request = new ListRequest { PageSize = 1000, Kind = ListRequest.Types.Kind.Elevation, AwaitingCaller = waiting };
        request.States.Add(System.Enum.GetValues<Petition.Types.State>().Where(one => ElevationView.WordOf(one) == state));
        var views = new List<ElevationView>();
        do
        {
            var page = await approvals.ListAsync(request, session.Options(cancellationToken));
            views.AddRange(page.Petitions.Select(ElevationView.Of));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        session.Printer.Rows(
            views,
            CliJson.Form.ListElevationView,
            ["ELEVATION", "STATE", "REQUESTER", "GROUP", "FOR", "", "REASON"],
            view => [view.Id, view.State, view.Requester, view.Group, view.Duration, view.Standing(), view.Reason],
            "no elevations that you may see");
    }

    public async Task ShowAsync(string id, CancellationToken cancellationToken) => Show(await GetAsync(id, cancellationToken));

    /// <summary>What is approved is what is read now, unless a digest says that it must be what was read before.</summary>
    public async Task ApproveAsync(string id, string? reason, string? digest, CancellationToken cancellationToken)
    {
        var petition = await GetAsync(id, cancellationToken);
        if (digest is not null && !string.Equals(digest, Convert.ToHexStringLower(petition.Digest.Span), StringComparison.OrdinalIgnoreCase))
        {
            throw DkmException.Invalid("digest", Reasons.DigestMismatch, $"the digest of elevation {id} is {Convert.ToHexStringLower(petition.Digest.Span)}, another one than you have given");
        }

        Show(await once.ApproveAsync(
            new ApproveRequest { Id = id, Digest = petition.Digest, Reason = reason ?? string.Empty }, session.Options(cancellationToken)));
    }

    public async Task DenyAsync(string id, string reason, CancellationToken cancellationToken) =>
        Show(await once.DenyAsync(new DenyRequest { Id = id, Reason = reason }, session.Options(cancellationToken)));

    public async Task CancelAsync(string id, CancellationToken cancellationToken) =>
        Show(await once.CancelAsync(new CancelRequest { Id = id }, session.Options(cancellationToken)));

    public async Task RevokeAsync(string id, string reason, CancellationToken cancellationToken) =>
        Show(await once.RevokeAsync(new RevokeRequest { Id = id, Reason = reason }, session.Options(cancellationToken)));

    /// <summary>The key lies in its directory before it is sent: another one would get no certificate.</summary>
    public async Task CredentialAsync(string id, CancellationToken cancellationToken)
    {
        if (!KeyId.TryParse(id, out _))
        {
            throw DkmException.Invalid("id", Reasons.InvalidField, $"'{id}' is no id of an elevation");
        }

        var name = $"elevated-{id}";
        var directory = DkmHome.IdentityDirectory(session.Home, name);
        var own = IdentityFiles.FromDirectory(session.IdentityDirectory);
        var answer = await approvals.IssueCredentialAsync(
            new IssueCredentialRequest { Id = id, CertificationRequest = ByteString.CopyFromUtf8(RequestedIdentity.Request(directory)) }, session.Options(cancellationToken));
        RequestedIdentity.Complete(directory, answer.Certificate, own);
        session.Printer.Show(
            new CredentialView(name, SpiffeId.ForElevation(session.Configuration.TrustDomain, id).ToString(), directory, Times.Of(answer.EndTime)),
            CliJson.Form.CredentialView,
            view => view.ToText());
    }

    private async Task<Petition> GetAsync(string id, CancellationToken cancellationToken)
    {
        var petition = await approvals.GetAsync(new GetRequest { Id = id }, session.Options(cancellationToken));
        return petition.Elevation is not null ? petition : throw new DkmException(ErrorKind.NotFound, Reasons.NotFound, $"{id} is a proposal, not an elevation");
    }

    private void Show(Petition petition) => session.Printer.Show(ElevationView.Of(petition), CliJson.Form.ElevationView, view => view.ToText());
}
