namespace Dkm.Cli.Backups;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Dkm.Cli.Failures;
using Dkm.Cli.Protection;
using Dkm.Core;

/// <summary>Key ids, one a line; empty lines and what follows a # say nothing.</summary>
internal static class DestroyedList
{
    /// <exception cref="UsageException">It cannot be read, or a line is no key's id.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        try
        {
            var ids = File.ReadLines(path).Select((line, i) => (Text: line.Split('#')[0].Trim(), Number: i + 1)).Where(line => line.Text.Length > 0).ToList();
            var wrong = ids.Find(line => !KeyId.TryParse(line.Text, out _));
            return wrong.Text is null
                ? [.. ids.Select(line => line.Text)]
                : throw new UsageException($"--destroyed {path}, line {wrong.Number}: '{wrong.Text}' is no key's id", "make such a list with: dkm key list --all --state destroyed --ids");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--destroyed {Input.Complaint(path, e)}");
        }
    }
}
