using Dkm.Cli;

return await CommandLine.RunAsync(args, CliEnvironment.OfProcess()).ConfigureAwait(false);
