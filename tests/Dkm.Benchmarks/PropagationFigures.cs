namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

/// <summary>How long a change takes from the administrator to the last holder.</summary>
internal static class PropagationFigures
{
    private const int Changes = 200;
    private const int WarmUp = 10;
    private const string Size = "50x100";

    private const string Method =
        "etcd: three members as processes, TLS on both sides, loopback, one disk. In this process over mTLS: Access, two KeyRing replicas with the times of production, a Crypto, "
        + "50 holders (the client library's, a certificate and a connection each, 25 at each replica) of 100 rings each with 4 live and 6 archived keys, and 256 callers of Encrypt 256 B that together make "
        + "half as many calls as were answered when they did not wait. Changes go to the first replica at random moments, 200 of each kind after 10 that do not count. "
        + "change: an immediate roll, until the last of the 50 holders has the new key. revocation.key: the primary is disabled, until the last of the 50 holders has it no more. revocation.member: one of "
        + "the 50 is removed from the group at Access, until the last of its 100 rings is gone. Counted from the answer to the administrator (0: there before the answer) and, as from_start, from before her call. Milliseconds.";

    public static async Task<List<Figure>> RunAsync(string folder)
    {
        var results = new Measurements("propagation", Method);
        await using var propagation = await Propagation.StartAsync();
        await propagation.LoadAsync();
        await MeasureAsync(results, $"propagation.change.{Size}", propagation.RollAsync);
        await MeasureAsync(results, $"propagation.revocation.key.{Size}", propagation.DisableAsync);
        await MeasureAsync(results, $"propagation.revocation.member.{Size}", propagation.RemoveAsync);
        await propagation.UnloadAsync();
        var (most, load) = propagation.Calls;
        results.Keep("propagation.most", "ops/s", most).Add("propagation.load", "ops/s", load, "propagation.most", load / most);
        results.Write(folder);
        return [.. results.Figures];
    }

    private static async Task MeasureAsync(Measurements results, string name, Func<int, Task<Change>> make)
    {
        var changes = new List<Change>(Changes);
        for (var turn = 0; turn < WarmUp + Changes; turn++)
        {
            var change = await make(turn);
            if (turn >= WarmUp)
            {
                changes.Add(change);
            }

            // So that no change keeps step with heartbeats and confirmations.
            await Task.Delay(Random.Shared.Next(20, 180));
        }

        results
            .Distribution(name, "ms", [.. changes.Select(change => change.FromAnswer)])
            .Distribution(name + ".from_start", "ms", [.. changes.Select(change => change.FromStart)])
            .Keep(name + ".call", "ms", [.. changes.Select(change => change.Call)])
            .Keep(name + ".each_from_start", "ms", [.. changes.SelectMany(change => change.EachFromStart)]);
    }
}
