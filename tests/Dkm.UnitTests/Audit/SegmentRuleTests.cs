namespace Dkm.UnitTests.Audit;

using System.Collections.Generic;
using Dkm.Audit;
using Xunit;

public sealed class SegmentRuleTests
{
    [Theory]
    [InlineData(100, DiskLevel.Enough)]
    [InlineData(30, DiskLevel.Enough)]
    [InlineData(29, DiskLevel.Filling)]
    [InlineData(15, DiskLevel.Filling)]
    [InlineData(14, DiskLevel.NearlyFull)]
    [InlineData(5, DiskLevel.NearlyFull)]
    [InlineData(4, DiskLevel.Reserve)]
    [InlineData(0, DiskLevel.Reserve)]
    [InlineData(-1, DiskLevel.Reserve)]
    public void Judge_Free_IsTheLevel(long free, DiskLevel level) => Assert.Equal(level, DiskRule.Judge(100, free));

    [Fact]
    public void Takes_OnlyTheReserveLeft_AdministrationAlone()
    {
        Assert.True(DiskRule.Takes(DiskLevel.NearlyFull, AuditUrgency.Operation));
        Assert.False(DiskRule.Takes(DiskLevel.Reserve, AuditUrgency.Operation));
        Assert.True(DiskRule.Takes(DiskLevel.Reserve, AuditUrgency.Administration));
    }

    [Fact]
    public void Closes_LargeEnoughAndNotEmpty()
    {
        Assert.True(SegmentRule.Closes(100, 100, 1));
        Assert.False(SegmentRule.Closes(99, 100, 1));
        Assert.False(SegmentRule.Closes(1000, 100, 0));
    }

    [Fact]
    public void Deletable_WithoutAGapAndOnlyConfirmed()
    {
        Assert.Equal([0L, 10], SegmentRule.Deletable([0, 10, 20, 30], new HashSet<long> { 0, 10, 30 }, keep: 0));
        Assert.Equal([0L], SegmentRule.Deletable([0, 10, 20, 30], new HashSet<long> { 0, 10, 20, 30 }, keep: 3));
        Assert.Empty(SegmentRule.Deletable([0, 10], new HashSet<long> { 10 }, keep: 0));
        Assert.Empty(SegmentRule.Deletable([0, 10], new HashSet<long> { 0, 10 }, keep: 9));
    }
}
