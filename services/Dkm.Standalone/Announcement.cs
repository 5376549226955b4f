namespace Dkm.Standalone;

using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Hosting;

/// <summary>What a person reads at start. The line that begins with <c>ready</c> is what scripts wait for.</summary>
internal static class Announcement
{
    public static async Task BeforeAsync(TextWriter output, StandaloneOptions options)
    {
        if (options.Development)
        {
            await output.WriteLineAsync(
                "Development=true is on: identities and CA keys lie in the home, whoever reads it can be anybody, and the floors of policies are a second. Never run so where a secret matters.");
        }

        await output.WriteLineAsync(
            "One process on one database file: it can't tell an old copy of that file from the newest. Whoever puts an old one back brings back old groups and keys.");
        await output.FlushAsync();
    }

    public static async Task WaitingAsync(TextWriter output, IEnumerable<IReadiness> waiting)
    {
        await output.WriteLineAsync($"not ready yet: {string.Join("; ", waiting.Select(part => $"{part.Name}: {part.Why}"))}");
        await output.FlushAsync();
    }

    public static async Task StoppingAsync(TextWriter output)
    {
        await output.WriteLineAsync("stopping");
        await output.FlushAsync();
    }

    public static async Task StoppedAsync(TextWriter output, Installation installation)
    {
        await output.WriteLineAsync($"stopped; the data stays in {installation.Options.Home}");
        await output.FlushAsync();
    }

    public static async Task ReadyAsync(TextWriter output, Installation installation)
    {
        var ports = installation.Ports;
        await output.WriteLineAsync(
            $"ready  access {ports.AccessAddress.Authority}  keyring {ports.KeyRingAddress.Authority}  crypto {ports.CryptoAddress.Authority}  "
            + $"health {ports.HealthAddress.Authority}  home {installation.Options.Home}");
        await output.FlushAsync();
    }
}
