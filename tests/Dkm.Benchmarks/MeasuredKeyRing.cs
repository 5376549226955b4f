namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using Dkm.Hosting.Configuration;
using Dkm.KeyRing;

/// <summary>A KeyRing process with nothing else in it, which says at the end of its standard input how much memory is in use.</summary>
internal static class MeasuredKeyRing
{
    public const string Command = "measured-keyring";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = StrictConfiguration.Bind(arguments, Environment.GetEnvironmentVariables(), KeyRingOptionsReader.Read);
        await using var app = KeyRingServer.Create(options, TimeProvider.System);
        await app.StartAsync();
        await Console.In.ReadToEndAsync();

        // Several times: the buffers in which the pages came are in a pool that gives them back one collection after the other.
        for (var i = 0; i < 10; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        var memory = GC.GetTotalMemory(forceFullCollection: true);
        await app.StopAsync();
        await Console.Out.WriteLineAsync(memory.ToString(CultureInfo.InvariantCulture));
        return 0;
    }
}
