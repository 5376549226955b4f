namespace Dkm.Cli.Protection;

internal enum Place
{
    /// <summary>Local where the caller may hold, else remote.</summary>
    Either,
    Local,
    Remote,
}
