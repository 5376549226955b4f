namespace Dkm.Cli.Output;

using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

/// <summary>Writes answers to standard output: text that people read, or JSON that programs read. Bytes of envelopes and plaintexts go around it.</summary>
internal sealed class Printer(Stream output, OutputForm form)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public OutputForm Form { get; } = form;

    public bool IsJson => Form == OutputForm.Json;

    /// <summary>One answer.</summary>
    public void Show<T>(T view, JsonTypeInfo<T> type, Func<T, string> text) =>
        Line(IsJson ? JsonSerializer.Serialize(view, type) : text(view));

    /// <summary>One of many answers that follow each other: a line each, whatever the form.</summary>
    public void Event<T>(T view, JsonTypeInfo<T> type, Func<T, string> text) =>
        Line(IsJson ? Compact(JsonSerializer.Serialize(view, type)) : text(view));

    /// <summary>A list: a JSON array, or columns under headings.</summary>
    public void Rows<T>(List<T> views, JsonTypeInfo<List<T>> type, string[] headings, Func<T, string[]> row, string whenEmpty)
    {
        if (IsJson)
        {
            Line(JsonSerializer.Serialize(views, type));
        }
        else
        {
            Line(views.Count == 0 ? whenEmpty : Columns.Table(headings, views.ConvertAll(view => row(view))));
        }
    }

    /// <summary>A line of text; callers take care that it is not JSON's turn.</summary>
    public void Line(string text)
    {
        output.Write(Utf8.GetBytes(Plain.Text(text) + "\n"));
        output.Flush();
    }

    private static string Compact(string indented)
    {
        using var document = JsonDocument.Parse(indented);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            document.RootElement.WriteTo(writer);
        }

        return Utf8.GetString(buffer.ToArray());
    }
}
