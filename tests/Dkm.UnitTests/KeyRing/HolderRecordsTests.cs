namespace Dkm.UnitTests.KeyRing;

using System.Linq;
using Dkm.Core;
using Dkm.KeyRing.Distribution.Holders;
using Xunit;

public sealed class HolderRecordsTests
{
    [Theory]
    [InlineData(10, 100, 100)]
    [InlineData(60, 9000, 3000)]
    public void Write_ThousandsWithLongNames_FitsATransaction(int nameLength, int count, int least)
    {
        var id = SpiffeId.Parse($"spiffe://dkm.test/ns/{new string('a', nameLength)}/sa/{new string('b', nameLength)}");

        var body = HolderRecords.Write("replica", Enumerable.Repeat(new LiveHolder(id, 1, RollingRing.Start, null, "replica"), count));

        Assert.InRange(body.Length, 1, HolderRecords.MaximumBytes);
        var read = HolderRecords.Read(body).ToList();
        Assert.InRange(read.Count, least, count);
        Assert.Equal(id, read[^1].Identity);
    }
}
