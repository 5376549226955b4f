namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

internal sealed record DoctorView(bool Healthy, List<CheckResult> Checks)
{
    public static DoctorView Of(List<CheckResult> checks) => new(checks.All(check => check.Verdict == Verdict.Good), checks);

    public string ToText()
    {
        var width = Checks.Max(check => check.Name.Length);
        var text = new StringBuilder();
        foreach (var check in Checks)
        {
            text.Append(Mark(check.Verdict)).Append("  ").Append(check.Name.PadRight(width)).Append("  ").Append(Indented(check.Detail, width)).Append('\n');
            if (check.Advice is not null)
            {
                text.Append(' ', width + 10).Append("do: ").Append(Indented(check.Advice, width)).Append('\n');
            }
        }

        return text.Append(Healthy ? Checks.Exists(check => check.Partial) ? "what you may see is well; the rest is told to administrators only (--identity admin)" : "all is well"
            : Checks.Exists(check => check.Verdict == Verdict.Broken) ? "something is broken"
            : "all works, and something needs attention").ToString();
    }

    private static string Indented(string text, int width) =>
        text.Replace("\n", "\n" + new string(' ', width + 10), StringComparison.Ordinal);

    private static string Mark(Verdict verdict) => verdict switch
    {
        Verdict.Good => "ok    ",
        Verdict.Watch => "watch ",
        _ => "BROKEN",
    };
}
