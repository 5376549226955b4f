namespace Dkm.UnitTests.Cli.Doctor;

using System;
using System.Linq;
using System.Net;
using Dkm.Cli.Doctor;
using Xunit;

public sealed class ReplicaAddressesTests
{
    [Theory]
    [InlineData("https://keyring.dkm.svc:8443/")]
    [InlineData("https://keyring.dkm.svc:8443/", "10.0.0.1")]
    [InlineData("https://keyring.dkm.svc:8443/", "10.0.0.1", "fd00::1")]
    [InlineData("https://10.0.0.1:8443/,https://10.0.0.2:8443/", "10.0.0.1", "fd00::1", "10.0.0.2", "fd00::2")]
    [InlineData("https://[fd00::1]:8443/,https://[fd00::2]:8443/", "fd00::1", "fd00::2")]
    public void Expand_NameWithAddresses_OneForEachMachine(string expected, params string[] found) => Assert.Equal(
        expected, string.Join(',', ReplicaAddresses.Expand(new Uri("https://keyring.dkm.svc:8443"), [.. found.Select(IPAddress.Parse)])));
}
