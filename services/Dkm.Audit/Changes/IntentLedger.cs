namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>Which announced changes have no outcome yet.</summary>
internal sealed class IntentLedger
{
    private readonly Dictionary<UInt128, long> open = [];

    public IntentLedger(IEnumerable<OpenIntent> intents)
    {
        foreach (var intent in intents)
        {
            open[intent.Operation] = intent.Index;
        }
    }

    public int Count => open.Count;

    /// <summary>In the order in which they were announced.</summary>
    public IReadOnlyList<OpenIntent> All => open.Select(pair => new OpenIntent(pair.Key, pair.Value)).OrderBy(intent => intent.Index).ToList();

    public void See(AuditKind kind, UInt128? operation, long index)
    {
        if (operation is not { } id)
        {
            return;
        }

        if (kind == AuditKind.Intent)
        {
            open[id] = index;
        }
        else if (kind == AuditKind.Outcome)
        {
            open.Remove(id);
        }
    }
}
