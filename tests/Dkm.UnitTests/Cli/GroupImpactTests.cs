namespace Dkm.UnitTests.Cli;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Groups;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class GroupImpactTests
{
    private static readonly string[] Leaving = ["a", "b"];

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(9, true)]
    public void Demand_TwoIdentitiesOnThreeStreams_PassesWithTwoOrMore(int confirmed, bool passes)
    {
        var thrown = Record.Exception(() => GroupImpact.Demand([Status("quiet", "c"), Status("busy", "a", "b", "b", "c")], Leaving, confirmed));

        Assert.Equal(passes, thrown is null);
        if (!passes)
        {
            Assert.Contains("3 of 4 live holders of ring 'busy' (2 of 3 identities)", thrown!.Message, StringComparison.Ordinal);
            Assert.Contains("--confirm-holders 2, or more", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Unknown_HoldersOfOtherReplicasMissing_SaysThatTheNumberIsNotKnown()
    {
        var status = Status("busy", "a");
        status.HoldersMissing = "the others do not answer";

        Assert.Equal(
            ["(how many live holders of ring busy lose it by this is not known, at least 1: the others do not answer)"],
            GroupImpact.Unknown([Status("quiet", "c"), status], Leaving));
    }

    [Fact]
    public async Task PatientlyAsync_NoAnswerInTime_GoesOn()
    {
        var time = new FakeTimeProvider();
        var asking = GroupImpact.PatientlyAsync(token => Task.Delay(Timeout.Infinite, token), time, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await asking.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    /// <summary>Whatever KeyRing answers to the question: a revocation goes on.</summary>
    [Theory]
    [InlineData(ErrorKind.ResourceExhausted)]
    [InlineData(ErrorKind.Internal)]
    [InlineData(ErrorKind.Unauthenticated)]
    [InlineData(ErrorKind.Unavailable)]
    [InlineData(ErrorKind.NotFound)]
    public async Task Asking_KeyRingAnswersWithAnError_IsSaidAndGoesOn(ErrorKind kind)
    {
        var rings = new RefusingRings(new DkmException(kind, "ANY", "no answer of use"));
        var (notes, answers) = (new List<string>(), new List<KeyRingStatus>());

        Assert.Empty(await BoundRings.FindAsync(rings, "uid", new CallOptions(), Note));
        await GroupImpact.AskAsync(rings, "busy", answers, new CallOptions(), Note);

        Assert.Empty(answers);
        Assert.Equal(2, notes.Count);
        Assert.All(notes, note => Assert.Contains("no answer of use. How many live holders", note, StringComparison.Ordinal));
        Assert.All(notes, note => Assert.Contains("is not known; the change goes on", note, StringComparison.Ordinal));

        Task Note(string note)
        {
            notes.Add(note);
            return Task.CompletedTask;
        }
    }

    private static KeyRingStatus Status(string ring, params string[] holders) =>
        new() { Name = ring, Holders = { holders.Select(holder => new Holder { Identity = holder }) } };

    private sealed class RefusingRings(DkmException refusal) : KeyRingService.KeyRingServiceClient
    {
        public override AsyncUnaryCall<ListKeyRingsResponse> ListKeyRingsAsync(ListKeyRingsRequest request, CallOptions options) => Refuse<ListKeyRingsResponse>();

        public override AsyncUnaryCall<KeyRingStatus> GetKeyRingStatusAsync(GetKeyRingStatusRequest request, CallOptions options) => Refuse<KeyRingStatus>();

        private AsyncUnaryCall<T> Refuse<T>() => new(Task.FromException<T>(refusal), Task.FromResult(new Metadata()), () => Grpc.Core.Status.DefaultSuccess, () => [], () => { });
    }
}
