namespace Dkm.Cli.Rings;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>What <c>dkm ring create|list|show|update|bind|unbind</c> does.</summary>
internal sealed class RingActions
{
    private readonly Session session;
    private readonly KeyRingService.KeyRingServiceClient rings;

    /// <summary>How many live holders may lose the ring by a change.</summary>
    public int ConfirmHolders { get; init; }

    public RingActions(Session session)
    {
        this.session = session;
        session.Attempt = Attempt.Administration(DkmService.KeyRing);
        rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
    }

    public async Task CreateAsync(
        string name, KeyRingPolicy policy, BindingArgument[] bindings, string? description, CancellationToken cancellationToken)
    {
        var request = new CreateKeyRingRequest
        {
            KeyRing = new KeyRing { Name = name, Policy = policy, Description = description ?? string.Empty },
            RequestId = KeyId.Create(session.Time.GetUtcNow()).ToString(),
        };
        request.KeyRing.Bindings.Add(bindings.Select(binding => binding.ToMessage()));
        Show(await rings.CreateKeyRingAsync(request, session.Options(cancellationToken)));
    }

    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<RingView>();
        var request = new ListKeyRingsRequest { PageSize = 1000 };
        do
        {
            var page = await rings.ListKeyRingsAsync(request, session.Options(cancellationToken));
            views.AddRange(page.KeyRings.Select(RingView.Of));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        session.Printer.Rows(
            views,
            CliJson.Form.ListRingView,
            ["RING", "PRIMARY KEY", "ROLLS EVERY", "SUITE", "BINDINGS"],
            view => [view.Name, view.PrimaryKeyId, view.Policy.RolloverPeriod, $"{view.Policy.Suite}", string.Join(' ', view.Bindings.Select(b => b.ToText()))],
            "no rings");
    }

    public async Task ShowAsync(string name, CancellationToken cancellationToken) => Show(await GetAsync(name, cancellationToken));

    public Task UpdateAsync(
        string name, KeyRingPolicy policy, List<string> paths, string? description, CancellationToken cancellationToken)
    {
        if (description is not null)
        {
            paths.Add("description");
        }

        if (paths.Count == 0)
        {
            throw new UsageException("nothing to change", "see what can be: dkm ring update --help");
        }

        return ChangeAsync(name, paths, (_, changed) =>
        {
            changed.Policy = policy;
            changed.Description = description ?? string.Empty;
        }, cancellationToken);
    }

    public Task BindAsync(string name, BindingArgument[] bindings, CancellationToken cancellationToken) =>
        ChangeAsync(name, ["bindings"], (current, changed) => changed.Bindings.Add(BindingChange.Add(current.Bindings, bindings)), cancellationToken);

    public Task UnbindAsync(string name, UnbindingArgument what, CancellationToken cancellationToken)
    {
        var first = true;
        return ChangeAsync(name, ["bindings"], (current, changed) =>
        {
            if (first && BindingChange.IsIdle(current.Bindings, what))
            {
                throw new DkmException(
                    ErrorKind.NotFound,
                    Reasons.NotFound,
                    what.Permissions.Count == 0
                        ? $"group {what.Group} is not bound to {name}"
                        : $"group {what.Group} is not bound to {name} with {string.Join(',', what.Permissions.Select(PermissionWords.Of))} itself"
                            + (BindingChange.Holds(current.Bindings, what.Group) ? "; it has hold, which implies encrypt and decrypt" : string.Empty));
            }

            first = false;
            changed.Bindings.Add(BindingChange.Remove(current.Bindings, what));
        }, cancellationToken);
    }

    /// <summary>Reads, changes and writes under the etag; a lost race is decided again from what is there then.</summary>
    private Task ChangeAsync(string name, List<string> paths, Action<KeyRing, KeyRing> change, CancellationToken cancellationToken) =>
        LostRace.RepeatAsync(async () =>
        {
            var current = await GetAsync(name, cancellationToken);
            var changed = new KeyRing { Name = name, Etag = current.Etag };
            change(current, changed);
            var request = new UpdateKeyRingRequest { KeyRing = changed, UpdateMask = new FieldMask(), ConfirmHolders = ConfirmHolders };
            request.UpdateMask.Paths.Add(paths);
            Show(await rings.UpdateKeyRingAsync(request, session.Options(cancellationToken)));
        });

    private async Task<KeyRing> GetAsync(string name, CancellationToken cancellationToken)
    {
        var ring = await rings.GetKeyRingAsync(new GetKeyRingRequest { Name = name }, session.Options(cancellationToken));
        session.Attempt = session.Attempt! with { Look = $"dkm ring show {name}" };
        return ring;
    }

    private void Show(KeyRing ring) => session.Printer.Show(RingView.Of(ring), CliJson.Form.RingView, view => view.ToText());
}
