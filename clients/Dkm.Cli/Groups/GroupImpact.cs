namespace Dkm.Cli.Groups;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>
/// Asks KeyRing who holds what by a group before somebody is taken out of it: Access, which changes the group, knows no holders. Where KeyRing does not answer, not in
/// time, or anything but the number, the change goes on and the command says that it is not known: a revocation must not wait for it.
/// </summary>
internal static class GroupImpact
{
    /// <summary>For the whole question, however many rings there are.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>The rings that the group is bound to, as far as they are known.</returns>
    /// <param name="session">Whose call it is.</param>
    /// <param name="groupUid">The group.</param>
    /// <param name="leaving">Who leaves it.</param>
    /// <param name="confirmed">The number of identities that was confirmed; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION CONFIRM_HOLDERS.</exception>
    public static async Task<List<KeyRing>> DemandAsync(
        Session session, string groupUid, IReadOnlyCollection<string> leaving, int confirmed, CancellationToken cancellationToken)
    {
        var bound = new List<KeyRing>();
        var answers = new List<KeyRingStatus>();
        var within = await PatientlyAsync(
            async token =>
            {
                bound = await BoundRings.FindAsync(session, groupUid, token);
                foreach (var ring in bound.Where(ring => BoundRings.Holds(ring, groupUid)))
                {
                    var client = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
                    await AskAsync(client, ring.Name, answers, session.Options(token), session.NoteAsync);
                }
            },
            session.Time,
            Patience,
            cancellationToken);
        if (!within)
        {
            await session.NoteAsync(
                $"(KeyRing did not say within {Patience.TotalSeconds} s who holds the group's rings. How many live holders lose them by this is not known; the change goes on)");
        }

        foreach (var line in Unknown(answers, leaving))
        {
            await session.NoteAsync(line);
        }

        Demand(answers, leaving, confirmed);
        return bound;
    }

    /// <summary>What KeyRing could not tell, a line for each ring.</summary>
    internal static IEnumerable<string> Unknown(IEnumerable<KeyRingStatus> answers, IReadOnlyCollection<string> leaving) =>
        answers.Where(status => status.HoldersMissing.Length > 0).Select(status => string.Create(
            CultureInfo.InvariantCulture,
            $"(how many live holders of ring {status.Name} lose it by this is not known, at least {Losing(status, leaving).Processes}: {status.HoldersMissing})"));

    /// <exception cref="DkmException">FAILED_PRECONDITION CONFIRM_HOLDERS.</exception>
    internal static void Demand(IEnumerable<KeyRingStatus> answers, IReadOnlyCollection<string> leaving, int confirmed)
    {
        var worst = answers
            .Select(status => (Losing: Losing(status, leaving), All: Count(status.Holders), status.Name))
            .Where(ring => !BlastRadiusRule.IsAllowed(ring.Losing, ring.All, confirmed))
            .OrderByDescending(ring => ring.Losing.Identities)
            .FirstOrDefault();
        if (worst.Name is not null)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.ConfirmHolders,
                $"{worst.Losing.Say(worst.All, worst.Name)} lose it by this; if that is meant, repeat it with --confirm-holders {worst.Losing.Identities}, or more");
        }
    }

    /// <returns>False if the time was over first.</returns>
    internal static async Task<bool> PatientlyAsync(Func<CancellationToken, Task> ask, TimeProvider time, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await ask(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    internal static async Task AskAsync(
        KeyRingService.KeyRingServiceClient client, string ring, List<KeyRingStatus> answers, CallOptions options, Func<string, Task> note)
    {
        try
        {
            answers.Add(await client.GetKeyRingStatusAsync(new GetKeyRingStatusRequest { Name = ring }, options));
        }
        catch (DkmException e)
        {
            await note($"(KeyRing does not say who holds ring {ring}: {e.Message}. How many live holders lose it by this is not known; the change goes on)");
        }
    }

    private static HolderCount Losing(KeyRingStatus status, IReadOnlyCollection<string> leaving) =>
        Count(status.Holders.Where(holder => leaving.Contains(holder.Identity, StringComparer.Ordinal)));

    private static HolderCount Count(IEnumerable<Holder> holders) => HolderCount.Of([.. holders.Select(holder => holder.Identity)]);
}
