namespace Dkm.Cli.Keys;

using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.KeyRing.V1;

/// <summary>What <c>dkm key …</c> does.</summary>
internal sealed class KeyActions
{
    private readonly Session session;
    private readonly string ring;
    private readonly KeyRingService.KeyRingServiceClient rings;

    public KeyActions(Session session, string ring)
    {
        this.session = session;
        this.ring = ring;
        session.Attempt = new Attempt(DkmService.KeyRing, "manage", ring) { Look = $"dkm ring list, then: dkm key list {ring}" };
        rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
    }

    public async Task ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<KeyView>();
        var request = new ListKeysRequest { KeyRing = ring, PageSize = 1000 };
        do
        {
            var page = await rings.ListKeysAsync(request, session.Options(cancellationToken));
            views.AddRange(page.Keys.Select(KeyView.Of));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        session.Printer.Rows(
            views,
            CliJson.Form.ListKeyView,
            ["KEY", "STATE", "PRIMARY", "ACTIVE FROM", "ARCHIVED"],
            view => [view.Id, view.State, view.Primary ? "yes" : string.Empty, view.ActivatedText ?? string.Empty, view.ArchiveTime ?? string.Empty],
            "no keys");
    }

    public async Task ShowAsync(string id, CancellationToken cancellationToken)
    {
        var key = await rings.GetKeyAsync(new GetKeyRequest { KeyRing = ring, Id = id }, session.Options(cancellationToken));
        session.Printer.Show(KeyView.Of(key), CliJson.Form.KeyView, view => view.ToText());
    }
}
