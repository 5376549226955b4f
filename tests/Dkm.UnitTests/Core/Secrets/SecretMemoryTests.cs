namespace Dkm.UnitTests.Core.Secrets;

using System;
using Dkm.Core.Secrets;
using Xunit;

public sealed class SecretMemoryTests
{
    [Fact]
    public void Status_Always_SaysLockedOrWhyNot()
    {
        using var secret = SecretBytes.Random(32);
        var status = SecretMemory.Status;
        Assert.True(status.TotalBytes >= 64 * 1024);
        Assert.Equal(status.Locked, status.LockedBytes == status.TotalBytes);
        Assert.Equal(status.Locked, status.FailureReason is null);
        Assert.Equal(OperatingSystem.IsLinux(), status.ExcludedFromDumps);
    }

    [Fact]
    public void Status_LargeSecretThatComesAndGoes_CountsIt()
    {
        // Far larger than what the tests beside this one hold.
        const int Size = 1 << 20;
        using (SecretBytes.Random(Size))
        {
            Assert.True(SecretMemory.Status.TotalBytes >= Size);
        }

        Assert.True(SecretMemory.Status.TotalBytes >= 0);
    }
}
