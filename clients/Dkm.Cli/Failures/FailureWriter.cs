namespace Dkm.Cli.Failures;

using System.IO;
using System.Text;
using System.Text.Json;
using Dkm.Cli.Output;

/// <summary>Writes a failure to standard error.</summary>
internal static class FailureWriter
{
    public static void Write(TextWriter error, OutputForm form, Failure failure) =>
        error.Write(form == OutputForm.Json
            ? JsonSerializer.Serialize(new Failure.Envelope(failure), CliJson.Form.Envelope) + "\n"
            : Plain.Text(Text(failure)));

    private static string Text(Failure failure)
    {
        var text = new StringBuilder();
        text.Append("dkm: ").Append(Headline(failure)).Append('\n');
        var facts = Columns.Facts(
            ("  you are", failure.Caller is null ? null : $"{failure.Caller} (--identity {failure.Identity})"),
            ("  missing", failure.Missing),
            ("  do", failure.Advice is { Length: > 0 } advice ? string.Join('\n', advice) : null));
        if (facts.Length > 0)
        {
            text.Append(facts).Append('\n');
        }

        return text.ToString();
    }

    private static string Headline(Failure failure)
    {
        var place = (failure.Flag ?? failure.Field) is { } named ? $" ({named})" : string.Empty;
        var code = failure.Reason is null || failure.Reason == failure.Code ? failure.Code : $"{failure.Code} {failure.Reason}";
        return failure.Code == "USAGE" ? failure.Message : $"{code}{place}: {failure.Message}";
    }
}
