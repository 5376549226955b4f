namespace Dkm.UnitTests.ApprovalModel;

using System.Collections.Generic;
using System.Linq;
using System.Text;

/// <summary>Breadth first through everything that can happen, so that the first counterexample is a shortest one.</summary>
internal sealed class ApprovalSearch(ApprovalModel model)
{
    private readonly Dictionary<ApprovalState, (ApprovalState? From, string Step)> seen = [];

    public int States => seen.Count;

    /// <summary>The history that breaks a promise; null if none of them does.</summary>
    public string? Run()
    {
        var frontier = new Queue<ApprovalState>([ApprovalModel.Start]);
        seen[ApprovalModel.Start] = (null, "start");
        while (frontier.TryDequeue(out var state))
        {
            foreach (var (step, next) in model.Next(state))
            {
                if (!seen.TryAdd(next, (state, step)))
                {
                    continue;
                }

                if (next.Broken is not null)
                {
                    return History(next);
                }

                frontier.Enqueue(next);
            }
        }

        return null;
    }

    private string History(ApprovalState end)
    {
        var steps = new Stack<string>();
        for (ApprovalState? state = end; state is not null; state = seen[state].From)
        {
            if (seen[state].Step != "next")
            {
                steps.Push($"{state.Now,3}  {seen[state].Step}  [{state.Store.Petition}]");
            }
        }

        return steps.Aggregate(new StringBuilder(), (text, step) => text.AppendLine(step)).Append("=> ").Append(end.Broken).ToString();
    }
}
