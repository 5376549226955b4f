namespace Dkm.Cli.Output;

using System.Collections.Generic;

/// <param name="Deleted">The name of what is gone.</param>
/// <param name="WasBoundTo">The rings that it was bound to, and with what.</param>
internal sealed record DeletedView(string Deleted, List<string> WasBoundTo);
