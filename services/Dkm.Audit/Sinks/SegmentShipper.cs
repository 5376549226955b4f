namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>Hands closed segments to the sink, the oldest first, and deletes here what it has confirmed.</summary>
/// <param name="log">Whose segments.</param>
/// <param name="sink">Where to.</param>
/// <param name="keep">How many closed segments stay for those who list records.</param>
/// <param name="logger">Is told what could not be shipped.</param>
public sealed class SegmentShipper(AuditLog log, IAuditSink sink, int keep, ILogger logger)
{
    // After a start the sink is asked again about what is still here: it knows what it has.
    private readonly HashSet<long> confirmed = [];

    /// <returns>How many closed segments are here that the sink has not confirmed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var closed = log.Store.Segments().SkipLast(1).ToList();
        foreach (var first in closed.Where(first => !confirmed.Contains(first)))
        {
            if (!await ShipAsync(first, cancellationToken))
            {
                break;
            }

            confirmed.Add(first);
        }

        log.Store.Delete(SegmentRule.Deletable(closed, confirmed, keep));
        return closed.Count(first => !confirmed.Contains(first));
    }

    private async Task<bool> ShipAsync(long first, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = new AuditFileStream(log.Store.OpenSegment(first));
            await sink.ShipAsync($"{log.Key.Id}-{SegmentNames.Of(first)}", content, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotShipped(logger, e, first);
            return false;
        }
    }
}
