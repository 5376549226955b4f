namespace Dkm.Cli.Groups;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>
/// The rings that a group is bound to, so that a change of the group can say what it does to them. It is only told: where KeyRing cannot be asked, or
/// whatever it answers, the change is made all the same.
/// </summary>
internal static class BoundRings
{
    public static async Task<List<KeyRing>> FindAsync(Session session, string groupUid, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(
                new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing)), groupUid, session.Options(cancellationToken), session.NoteAsync);
        }
        catch (UsageException e)
        {
            await session.NoteAsync(Unknown(e));
            return [];
        }
    }

    /// <returns>As many as could be heard of.</returns>
    internal static async Task<List<KeyRing>> FindAsync(KeyRingService.KeyRingServiceClient rings, string groupUid, CallOptions options, Func<string, Task> note)
    {
        var found = new List<KeyRing>();
        var request = new ListKeyRingsRequest { PageSize = 1000 };
        try
        {
            do
            {
                var page = await rings.ListKeyRingsAsync(request, options);
                found.AddRange(page.KeyRings.Where(ring => ring.Bindings.Any(binding => binding.GroupUid == groupUid)));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
        }
        catch (DkmException e)
        {
            await note(Unknown(e));
        }

        return found;
    }

    public static string Permissions(KeyRing ring, string groupUid) =>
        string.Join(',', ring.Bindings.First(binding => binding.GroupUid == groupUid).Permissions.Select(PermissionWords.Of));

    /// <summary>In what time a key that a removed member does not get becomes primary: the lead, or the end of older, longer leases.</summary>
    public static async Task<List<RollView>> RollsAsync(Session session, List<KeyRing> bound, string groupUid, CancellationToken cancellationToken)
    {
        var rolls = new List<RollView>();
        foreach (var ring in bound.Where(ring => Holds(ring, groupUid)))
        {
            var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
            var lead = ring.EffectiveLead?.ToTimeSpan() ?? TimeSpan.Zero;
            try
            {
                var status = await rings.GetKeyRingStatusAsync(new GetKeyRingStatusRequest { Name = ring.Name }, session.Options(cancellationToken));
                var old = status.OldLeasesEndTime?.ToDateTimeOffset() - session.Time.GetUtcNow() ?? TimeSpan.Zero;
                lead = old > lead ? old : lead;
            }
            catch (DkmException e)
            {
                await session.NoteAsync($"(KeyRing does not say how ring {ring.Name} is: {e.Message})");
            }

            rolls.Add(new RollView(ring.Name, Durations.FormatRough(lead)));
        }

        return rolls;
    }

    public static bool Holds(KeyRing ring, string groupUid) =>
        ring.Bindings.Any(binding => binding.GroupUid == groupUid && binding.Permissions.Contains(Permission.Hold));

    private static string Unknown(Exception e) =>
        $"(KeyRing does not say which rings the group is bound to: {e.Message}. How many live holders lose them by this is not known; the change goes on)";
}
