namespace Dkm.UnitTests.House;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using Xunit;

/// <summary>Holds the project files to the arrows of the house (ARCHITECTURE.md).</summary>
public sealed class HouseTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Dkm.Protos"] = [],
        ["Dkm.Core"] = [],
        ["Dkm.Transport"] = ["Dkm.Core", "Dkm.Protos"],
        ["Dkm.Storage"] = ["Dkm.Core", "Dkm.Transport", "Dkm.Protos"],
        ["Dkm.Audit"] = ["Dkm.Core"],
        ["Dkm.Hosting"] = ["Dkm.Core", "Dkm.Transport", "Dkm.Protos"],
        ["Dkm.Access"] = ["Dkm.Hosting", "Dkm.Storage", "Dkm.Core", "Dkm.Transport", "Dkm.Protos"],
        ["Dkm.KeyRing"] = ["Dkm.Hosting", "Dkm.Storage", "Dkm.Core", "Dkm.Transport", "Dkm.Protos"],
        ["Dkm.Crypto"] = ["Dkm.Hosting", "Dkm.Client", "Dkm.Core", "Dkm.Transport", "Dkm.Protos"],
        ["Dkm.Standalone"] = ["Dkm.Access", "Dkm.KeyRing", "Dkm.Crypto", "Dkm.Hosting", "Dkm.Storage", "Dkm.Core", "Dkm.Transport"],
        ["Dkm.Client"] = ["Dkm.Protos", "Dkm.Core", "Dkm.Transport"],
        ["Dkm.Cli"] = ["Dkm.Client", "Dkm.Transport", "Dkm.Core", "Dkm.Protos"],
        ["ConnectedAccounts"] = ["Dkm.Client"],
    };

    private static readonly string Root = Repository.Root;

    [Fact]
    public void ProjectReferences_OfProduction_AreTheArrowsDrawn()
    {
        var projects = ProductionProjects();
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), projects.Keys.Order(StringComparer.Ordinal));

        var undrawn = projects
            .SelectMany(project => References(project.Value).Except(Arrows[project.Key]).Select(to => $"{project.Key} -> {to}"))
            .ToList();
        Assert.Empty(undrawn);
    }

    [Fact]
    public void OpenTelemetryPackages_OutsideHosting_AreNotReferenced() => AssertOnly("OpenTelemetry", "Dkm.Hosting");

    [Fact]
    public void SqlitePackage_InServicesAndClients_IsReferencedByStorageAlone() =>
        AssertOnly("Microsoft.Data.Sqlite", "Dkm.Storage", "ConnectedAccounts");

    [Fact]
    public void EtcdPackage_InServicesAndClients_IsReferencedByStorageAlone() => AssertOnly("dotnet-etcd", "Dkm.Storage");

    [Fact]
    public void CryptographyPackage_OutsideCoreAndAudit_IsNotReferenced() => AssertOnly("NSec.Cryptography", "Dkm.Core", "Dkm.Audit");

    [Fact]
    public void Core_References_NoServerNoRpcNoLogging() =>
        Assert.Equal(["NSec.Cryptography"], Packages(ProductionProjects()["Dkm.Core"]).ToArray());

    [Fact]
    public void GrpcPackages_Pinned_AreNotOlderThanTheOneThatSurvivesAGzipBomb()
    {
        var versions = XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(e => ((string?)e.Attribute("Include"))?.StartsWith("Grpc.AspNetCore", StringComparison.Ordinal) == true)
            .Select(e => Version.Parse((string)e.Attribute("Version")!))
            .ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, version => Assert.True(version >= new Version(2, 85, 0), version.ToString()));
    }

    private static void AssertOnly(string packagePrefix, params string[] allowed)
    {
        var users = ProductionProjects()
            .Where(project => Packages(project.Value).Any(package => package.StartsWith(packagePrefix, StringComparison.Ordinal)))
            .Select(project => project.Key)
            .ToList();
        Assert.Empty(users.Except(allowed));
    }

    private static Dictionary<string, XDocument> ProductionProjects() =>
        new[] { "protos", "services", "clients", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => XDocument.Load(file), StringComparer.Ordinal);

    private static IEnumerable<string> References(XDocument project) =>
        project.Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(((string)e.Attribute("Include")!).Replace('\\', '/')));

    private static IEnumerable<string> Packages(XDocument project) =>
        project.Descendants("PackageReference").Select(e => (string)e.Attribute("Include")!);
}
