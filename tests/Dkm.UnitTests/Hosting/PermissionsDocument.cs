namespace Dkm.UnitTests.Hosting;

using System;
using System.IO;
using System.Linq;
using System.Text;
using Dkm.Hosting;

/// <summary>docs/permissions.md as the table says it.</summary>
internal static class PermissionsDocument
{
    public const string WriteSwitch = "DKM_WRITE_PERMISSIONS";

    public static string Path { get; } = System.IO.Path.Combine(FindRoot(), "docs", "permissions.md");

    public static string Make()
    {
        var text = new StringBuilder();
        text.Append("# Who may call what\n\n");
        text.Append("Made from `services/Dkm.Hosting/Permissions/MethodTable.cs`; a test compares the two. What is not in this table nobody may call, and a\n");
        text.Append("service with a method that is missing here does not start. Before each call its caller's certificate is judged (chain, CA and class, validity,\n");
        text.Append("deny list), then her class, then the requirement. A human never reaches a key, whatever the bindings say.\n");
        foreach (var service in MethodTable.Rows.GroupBy(row => row.FullMethod[1..row.FullMethod.LastIndexOf('/')]))
        {
            text.Append("\n## ").Append(service.Key).Append("\n\n| method | for | who of them |\n|---|---|---|\n");
            foreach (var row in service)
            {
                text.Append("| ").Append(row.FullMethod[(row.FullMethod.LastIndexOf('/') + 1)..])
                    .Append(" | ").Append(row.Classes.Words())
                    .Append(" | ").Append(row.Words).Append(" |\n");
            }
        }

        return text.ToString();
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Dkm.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests run below the folder of Dkm.sln");
    }
}
