namespace Dkm.Audit;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// No change without its record: the intent is on disk before the store is asked, the outcome before the caller hears. What a crash leaves open is looked up
/// in the store by its operation id.
/// </summary>
public sealed class ChangeRecorder(AuditLog log, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<UInt128, byte> underWay = new();

    /// <param name="change">What is to be recorded: identity, action, operation id and body among it. Kind, time and outcome are set here.</param>
    /// <param name="commit">Makes the change under that operation id.</param>
    /// <exception cref="DkmException">
    /// What <paramref name="commit"/> throws. UNAVAILABLE AUDIT_UNAVAILABLE, AUDIT_BUSY: nothing was done. UNAVAILABLE OUTCOME_UNKNOWN: it was done, and the
    /// record of that could not be written.
    /// </exception>
    public async Task<T> RunAsync<T>(AuditEntry change, Func<Task<T>> commit)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(commit);
        var operation = change.Operation ?? throw new ArgumentException("a change has an operation id", nameof(change));
        underWay[operation] = 0;
        try
        {
            await log.AppendAsync(change with { Kind = AuditKind.Intent, Time = time.GetUtcNow(), Outcome = AuditOutcome.None, Reason = null }, AuditUrgency.Administration);
            T result;
            try
            {
                result = await commit();
            }
            catch (DkmException refusal) when (ChangeRule.FateOf(refusal) == ChangeFate.NotApplied)
            {
                await TellAsync(change, ChangeRule.OutcomeOf(refusal), refusal.Reason);
                throw;
            }

            await EndAsync(change, AuditOutcome.Granted, reason: null);
            return result;
        }
        finally
        {
            underWay.TryRemove(operation, out _);
        }
    }

    /// <summary>Asks the store what became of the changes that are open and not under way, and writes it down.</summary>
    /// <param name="ask">By the operation id.</param>
    /// <param name="cancellationToken">Ends it; what was found out until then is written.</param>
    /// <returns>How many are still open.</returns>
    public async Task<int> ResolveAsync(Func<OpenIntent, CancellationToken, Task<ChangeFate>> ask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ask);
        var left = 0;
        foreach (var intent in log.OpenIntents.Where(intent => !underWay.ContainsKey(intent.Operation)))
        {
            if (!await ResolveAsync(intent, ask, cancellationToken))
            {
                left++;
            }
        }

        return left;
    }

    private async Task<bool> ResolveAsync(OpenIntent intent, Func<OpenIntent, CancellationToken, Task<ChangeFate>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var fate = await ask(intent, cancellationToken);
            if (fate == ChangeFate.Unknown)
            {
                return false;
            }

            await log.AppendAsync(
                new AuditEntry
                {
                    Kind = AuditKind.Outcome,
                    Time = time.GetUtcNow(),
                    Outcome = fate == ChangeFate.Applied ? AuditOutcome.Granted : AuditOutcome.Failed,
                    Operation = intent.Operation,
                    Action = "audit.resolved",
                },
                AuditUrgency.Administration);
            return true;
        }
        catch (DkmException e)
        {
            Log.IntentUnresolved(logger, e, intent.Index);
            return false;
        }
    }

    private async Task EndAsync(AuditEntry change, AuditOutcome outcome, string? reason)
    {
        try
        {
            await log.AppendAsync(change with { Kind = AuditKind.Outcome, Time = time.GetUtcNow(), Outcome = outcome, Reason = reason }, AuditUrgency.Administration);
        }
        catch (DkmException e)
        {
            throw new DkmException(
                ErrorKind.Unavailable,
                Reasons.OutcomeUnknown,
                $"the change {change.Operation:x32} was made, and the record of it could not be written; look before you repeat it",
                innerException: e);
        }
    }

    /// <summary>Nothing was done, and the caller hears why; that the log has it too can wait until the next start.</summary>
    private async Task TellAsync(AuditEntry change, AuditOutcome outcome, string reason)
    {
        try
        {
            await EndAsync(change, outcome, reason);
        }
        catch (DkmException e)
        {
            Log.OutcomeNotKept(logger, e);
        }
    }
}
