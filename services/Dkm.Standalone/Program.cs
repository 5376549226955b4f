using System;
using Dkm.Core;
using Dkm.Hosting.Configuration;
using Dkm.Standalone;

try
{
    var options = StrictConfiguration.Bind(args, Environment.GetEnvironmentVariables(), StandaloneOptionsReader.Read);
    using var stop = new StopSignals(options.StopAtEndOfInput);
    await using var installation = await Installation.OpenAsync(options, TimeProvider.System, stop.Token);
    await using var services = ThreeServices.Create(installation, TimeProvider.System);
    await services.RunAsync(Console.Out, stop.Token);
    return 0;
}
catch (ConfigurationException mistakes)
{
    await Console.Error.WriteLineAsync($"dkm-standalone: {mistakes.Message}");
    return 2;
}
catch (DkmException trouble)
{
    await Console.Error.WriteLineAsync($"dkm-standalone: {trouble.Reason}: {trouble.Message}{StartAdvice.Lines(trouble.Reason)}");
    return trouble.Kind == ErrorKind.Unavailable ? 6 : 7;
}
catch (OperationCanceledException)
{
    // Stopped before it was ready.
    return 0;
}
