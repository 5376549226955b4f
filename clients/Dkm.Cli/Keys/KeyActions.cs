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

    public static async Task ListAllAsync(Session session, KeyList list, CancellationToken cancellationToken)
    {
        session.Attempt = Attempt.Administration(DkmService.KeyRing);
        var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
        var views = new List<KeyView>();
        var request = new ListKeyRingsRequest { PageSize = 1000 };
        do
        {
            var page = await rings.ListKeyRingsAsync(request, session.Options(cancellationToken));
            foreach (var ring in page.KeyRings)
            {
                views.AddRange(await ReadAsync(session, rings, ring.Name, cancellationToken));
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        list.Show(session.Printer, views, ofAllRings: true);
    }

    public async Task ListAsync(KeyList list, CancellationToken cancellationToken) =>
        list.Show(session.Printer, await ReadAsync(session, rings, ring, cancellationToken), ofAllRings: false);

    public async Task ShowAsync(string id, CancellationToken cancellationToken)
    {
        session.Attempt = session.Attempt! with { Look = $"dkm key list {ring}" };
        var key = await rings.GetKeyAsync(new GetKeyRequest { KeyRing = ring, Id = id }, session.Options(cancellationToken));
        session.Printer.Show(KeyView.Of(key), CliJson.Form.KeyView, view => view.ToText());
    }

    private static async Task<List<KeyView>> ReadAsync(
        Session session, KeyRingService.KeyRingServiceClient rings, string ring, CancellationToken cancellationToken)
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

        return views;
    }
}
