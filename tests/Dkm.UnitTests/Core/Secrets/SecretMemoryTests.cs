namespace Dkm.UnitTests.Core.Secrets;

using System;
using System.Globalization;
using System.IO;
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

    /// <summary>What the system itself says of the pages, not what we asked it for.</summary>
    [Fact]
    public void Rent_OnLinux_PagesAreLockedAndLeftOutOfDumps()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/self/smaps is of Linux");
        var cell = SecretMemory.Rent(32, out var slab);
        try
        {
            foreach (var page in (nint[])[cell, cell / Environment.SystemPageSize * Environment.SystemPageSize])
            {
                var flags = FlagsOf(page);
                Assert.True(slab.IsUndumped);
                Assert.Contains("dd", flags);

                // Where the limit on locked memory is used up, Status says why.
                Assert.True(slab.IsLocked || SecretMemory.Status.FailureReason is not null);
                Assert.Equal(slab.IsLocked, flags.Contains("lo"));
            }
        }
        finally
        {
            SecretMemory.Return(slab, cell);
        }
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

    /// <summary>VmFlags of the mapping that has the address: <c>lo</c> locked, <c>dd</c> do not dump.</summary>
    private static string[] FlagsOf(nint address)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [var start, var end])
            {
                inside = address >= nint.Parse(start, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    && address < nint.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            else if (inside && words[0] == "VmFlags:")
            {
                return words[1..];
            }
        }

        throw new InvalidOperationException("no mapping has the address");
    }
}
