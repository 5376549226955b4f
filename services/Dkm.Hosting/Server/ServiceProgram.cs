namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;

/// <summary>What the <c>Program</c> of each service is: configuration, service, run. The same exit codes as <c>dkm</c>.</summary>
public static class ServiceProgram
{
    public static async Task<int> RunAsync<TOptions>(
        IReadOnlyList<string> arguments, Func<StrictConfiguration, TOptions> read, Func<TOptions, TimeProvider, WebApplication> create)
    {
        try
        {
            var options = StrictConfiguration.Bind(arguments, Environment.GetEnvironmentVariables(), read);
            await using var app = create(options, TimeProvider.System);
            await app.RunAsync();
            return 0;
        }
        catch (ConfigurationException mistakes)
        {
            await Console.Error.WriteLineAsync(mistakes.Message);
            return 2;
        }
        catch (DkmException trouble)
        {
            await Console.Error.WriteLineAsync($"{trouble.Reason}: {trouble.Message}");
            return trouble.Kind == ErrorKind.Unavailable ? 6 : 7;
        }
    }
}
