namespace Dkm.UnitTests.Model;

using System.Collections.Generic;
using System.Linq;
using System.Text;

/// <summary>Breadth first through everything that can happen, so that the first counterexample is a shortest one.</summary>
internal sealed class Search(ClusterModel model)
{
    private readonly Dictionary<ModelState, (ModelState? From, string Step)> seen = [];

    public int States => seen.Count;

    /// <summary>The history that breaks a promise; null if none of them does.</summary>
    public string? Run()
    {
        var frontier = new Queue<ModelState>([model.Start]);
        seen[model.Start] = (null, "start");
        while (frontier.TryDequeue(out var state))
        {
            foreach (var (step, next) in model.Next(state))
            {
                if (!seen.TryAdd(next, (state, step)))
                {
                    continue;
                }

                if (model.Broken(next) is { } broken)
                {
                    return History(next, broken);
                }

                frontier.Enqueue(next);
            }
        }

        return null;
    }

    private string History(ModelState end, string broken)
    {
        var steps = new Stack<string>();
        for (ModelState? state = end; state is not null; state = seen[state].From)
        {
            if (seen[state].Step == "next")
            {
                continue;
            }

            steps.Push($"{state.Now,3}  {seen[state].Step}  [{state.Store.Keys}]");
        }

        return steps.Aggregate(new StringBuilder(), (text, step) => text.AppendLine(step)).Append("=> ").Append(broken).ToString();
    }
}
