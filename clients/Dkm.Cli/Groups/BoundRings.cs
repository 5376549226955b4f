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

/// <summary>
/// The rings that a group is bound to, so that a change of the group can say what it does to them. It is only told: where KeyRing cannot be asked the change is
/// made all the same.
/// </summary>
internal static class BoundRings
{
    public static async Task<List<KeyRing>> FindAsync(Session session, string groupUid, CancellationToken cancellationToken)
    {
        var found = new List<KeyRing>();
        try
        {
            var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
            var request = new ListKeyRingsRequest { PageSize = 1000 };
            do
            {
                var page = await rings.ListKeyRingsAsync(request, session.Options(cancellationToken));
                found.AddRange(page.KeyRings.Where(ring => ring.Bindings.Any(binding => binding.GroupUid == groupUid)));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
        }
        catch (DkmException e) when (IsNoAnswer(e))
        {
            await session.Environment.Error.WriteLineAsync($"(KeyRing does not say which rings the group is bound to: {e.Message})");
        }
        catch (UsageException e)
        {
            await session.Environment.Error.WriteLineAsync($"(KeyRing does not say which rings the group is bound to: {e.Message})");
        }

        return found;
    }

    public static string Permissions(KeyRing ring, string groupUid) =>
        string.Join(',', ring.Bindings.First(binding => binding.GroupUid == groupUid).Permissions.Select(PermissionWords.Of));

    /// <summary>In what time a key that a removed member does not get becomes primary: the lead, or the end of older, longer leases.</summary>
    public static async Task<List<RollView>> RollsAsync(Session session, List<KeyRing> bound, string groupUid, CancellationToken cancellationToken)
    {
        var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
        var rolls = new List<RollView>();
        foreach (var ring in bound.Where(ring => Holds(ring, groupUid)))
        {
            var lead = ring.EffectiveLead?.ToTimeSpan() ?? TimeSpan.Zero;
            try
            {
                var status = await rings.GetKeyRingStatusAsync(new GetKeyRingStatusRequest { Name = ring.Name }, session.Options(cancellationToken));
                var old = status.OldLeasesEndTime?.ToDateTimeOffset() - session.Time.GetUtcNow() ?? TimeSpan.Zero;
                lead = old > lead ? old : lead;
            }
            catch (DkmException e) when (IsNoAnswer(e))
            {
                await session.Environment.Error.WriteLineAsync($"(KeyRing does not say how ring {ring.Name} is: {e.Message})");
            }

            rolls.Add(new RollView(ring.Name, Durations.FormatRough(lead)));
        }

        return rolls;
    }

    /// <summary>Or the ring was deleted meanwhile.</summary>
    public static bool IsNoAnswer(DkmException e) =>
        e.Kind is ErrorKind.Unavailable or ErrorKind.DeadlineExceeded or ErrorKind.PermissionDenied or ErrorKind.NotFound;

    public static bool Holds(KeyRing ring, string groupUid) =>
        ring.Bindings.Any(binding => binding.GroupUid == groupUid && binding.Permissions.Contains(Permission.Hold));
}
