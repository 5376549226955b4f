namespace Dkm.Cli.Groups;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.V1;

/// <summary>
/// Asks KeyRing who holds what by a group before somebody is taken out of it: Access, which changes the group, knows no holders. Where KeyRing does not answer the change
/// goes on, since a revocation must not wait for it.
/// </summary>
internal static class GroupImpact
{
    /// <param name="session">Whose call it is.</param>
    /// <param name="bound">The rings that the group is bound to.</param>
    /// <param name="groupUid">The group.</param>
    /// <param name="leaving">Who leaves it.</param>
    /// <param name="confirmed">The number of identities that was confirmed; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION CONFIRM_HOLDERS.</exception>
    public static async Task DemandAsync(
        Session session, IEnumerable<KeyRing> bound, string groupUid, IReadOnlyCollection<string> leaving, int confirmed, CancellationToken cancellationToken)
    {
        var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
        var worst = (Losing: default(HolderCount), Holders: default(HolderCount), Ring: string.Empty);
        foreach (var ring in bound.Where(ring => BoundRings.Holds(ring, groupUid)))
        {
            try
            {
                var status = await rings.GetKeyRingStatusAsync(new GetKeyRingStatusRequest { Name = ring.Name }, session.Options(cancellationToken));
                var all = HolderCount.Of([.. status.Holders.Select(holder => holder.Identity)]);
                var losing = HolderCount.Of([.. status.Holders.Select(holder => holder.Identity).Where(holder => leaving.Contains(holder, StringComparer.Ordinal))]);
                if (losing.Identities > worst.Losing.Identities && BlastRadiusRule.NeedsConfirmation(losing, all))
                {
                    worst = (losing, all, ring.Name);
                }
            }
            catch (DkmException e) when (BoundRings.IsNoAnswer(e))
            {
                await session.Environment.Error.WriteLineAsync($"(KeyRing does not say who holds ring {ring.Name}: {e.Message})");
            }
        }

        if (worst.Losing.Identities > confirmed)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.ConfirmHolders,
                $"{worst.Losing.Say(worst.Holders, worst.Ring)} lose it by this; if that is meant, repeat it with --confirm-holders {worst.Losing.Identities}, or more");
        }
    }
}
