namespace Dkm.Cli.Output;

internal enum OutputForm
{
    Text,
    Json,
}
