namespace Dkm.Cli.Keys;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Output;

/// <summary>Which keys are listed, and how.</summary>
/// <param name="State">Only those in this state; null for all.</param>
/// <param name="IdsOnly">Nothing but ids, one a line: what <c>dkm restore --destroyed</c> takes.</param>
internal sealed record KeyList(string? State, bool IdsOnly)
{
    public void Show(Printer printer, IEnumerable<KeyView> keys, bool ofAllRings)
    {
        List<KeyView> chosen = [.. keys.Where(key => State is null || key.State == State)];
        if (IdsOnly && !printer.IsJson)
        {
            chosen.ForEach(key => printer.Line(key.Id));
            return;
        }

        string[] headings = ["KEY", "STATE", "PRIMARY", "ACTIVE FROM", "ARCHIVED"];
        printer.Rows(chosen, CliJson.Form.ListKeyView, ofAllRings ? ["RING", .. headings] : headings, view => Row(view, ofAllRings), "no keys");
    }

    private static string[] Row(KeyView view, bool withRing)
    {
        string[] row = [view.Id, view.State, view.Primary ? "yes" : string.Empty, view.ActivatedText ?? string.Empty, view.ArchiveTime ?? string.Empty];
        return withRing ? [view.KeyRing, .. row] : row;
    }
}
