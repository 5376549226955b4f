namespace Dkm.Cli.Output;

internal sealed record DeletedView(string Deleted);
