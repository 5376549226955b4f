namespace Dkm.UnitTests.Hosting;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using Dkm.Core;
using Dkm.Hosting;
using Google.Protobuf.Reflection;
using Xunit;

public sealed class MethodTableTests
{
    private static IEnumerable<ServiceDescriptor> Services => typeof(Dkm.Access.V1.Group).Assembly.GetTypes()
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
        .Where(property => property?.PropertyType == typeof(ServiceDescriptor))
        .Select(property => (ServiceDescriptor)property!.GetValue(null)!)
        .Append(Grpc.Health.V1.Health.Descriptor);

    private static IEnumerable<string> Methods =>
        Services.SelectMany(service => service.Methods.Select(method => $"/{service.FullName}/{method.Name}"));

    [Fact]
    public void Rows_EveryMethodOfEveryService_OnceAndNoOther() =>
        Assert.Equal(Methods.Order(StringComparer.Ordinal), MethodTable.Rows.Select(row => row.FullMethod).Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_WhereKeysAreReached_NoHuman()
    {
        var forHumans = MethodTable.Rows.Where(row => (row.Classes & CallerClasses.Human) != 0).Select(row => row.FullMethod);

        Assert.DoesNotContain(forHumans, method =>
            method.Contains("KeySetService", StringComparison.Ordinal)
            || (method.Contains("CryptoService", StringComparison.Ordinal) && !method.EndsWith("/DescribeEnvelope", StringComparison.Ordinal)));
    }

    [Fact]
    public void Document_AgainstTheTable_IsCurrent()
    {
        var expected = PermissionsDocument.Make();
        if (Environment.GetEnvironmentVariable(PermissionsDocument.WriteSwitch) == "1")
        {
            File.WriteAllText(PermissionsDocument.Path, expected);
        }

        Assert.True(
            File.Exists(PermissionsDocument.Path) && File.ReadAllText(PermissionsDocument.Path) == expected,
            $"docs/permissions.md is stale; run the unit tests once with {PermissionsDocument.WriteSwitch}=1 and commit it");
    }

    [Fact]
    public void Rows_RecoverAndStatus_AskForNoFreshPolicy() => Assert.Equal(
        ["/dkm.access.v1.RootService/Recover", "/dkm.keyring.v1.RootService/Recover", "/dkm.status.v1.StatusService/GetServiceStatus"],
        MethodTable.Rows.Where(row => row.Requirement == Requirement.AdministratorAsKnown).Select(row => row.FullMethod).Order(StringComparer.Ordinal));

    [Fact]
    public void DemandRules_MethodMissingFromTheTable_Refuses()
    {
        var file = new FileDescriptorProto { Name = "new.proto", Package = "dkm.test.v1", Syntax = "proto3" };
        file.MessageType.Add(new DescriptorProto { Name = "Nothing" });
        var service = new ServiceDescriptorProto { Name = "NewService" };
        service.Method.Add(new MethodDescriptorProto { Name = "Open", InputType = ".dkm.test.v1.Nothing", OutputType = ".dkm.test.v1.Nothing" });
        file.Service.Add(service);
        var descriptor = FileDescriptor.BuildFromByteStrings([Google.Protobuf.MessageExtensions.ToByteString(file)])[0].Services[0];

        var refusal = Assert.Throws<InvalidOperationException>(() => EndpointGuard.DemandRules(descriptor));

        Assert.Contains("/dkm.test.v1.NewService/Open", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ns/a/sa/b", CallerClasses.Workload)]
    [InlineData("/human/a", CallerClasses.Human)]
    [InlineData("/elevated/a", CallerClasses.Elevated)]
    [InlineData("/dkm/access", CallerClasses.Access)]
    [InlineData("/dkm/keyring", CallerClasses.KeyRing)]
    [InlineData("/dkm/crypto", CallerClasses.Crypto)]
    public void Classes_OfAnIdentity_IsExactlyOne(string path, CallerClasses expected) =>
        Assert.Equal(expected, SpiffeId.Parse("spiffe://dkm.test" + path).Classes());
}
