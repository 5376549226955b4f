namespace Dkm.UnitTests.Client;

using System;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Xunit;

/// <summary>The .NET developer's view.</summary>
public sealed class LocalRingTests
{
    private static readonly byte[] Secret = [1, 2, 3];

    [Theory]
    [InlineData(Suite.Xaes256Gcm)]
    [InlineData(Suite.Aegis256)]
    public async Task SpanMethods_WithHeldKeys_AllocateNothing(Suite suite)
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing().Suite = suite;
        var local = await fixture.HoldAsync();
        var plaintext = new byte[256];
        var opened = new byte[256];
        var envelope = new byte[local.GetProtectedLength(256)];
        Round(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(int times)
        {
            for (var i = 0; i < times; i++)
            {
                if (!local.TryProtect(plaintext, HolderFixture.Context, envelope, out var sealedLength)
                    || !local.TryUnprotect(envelope.AsSpan(0, sealedLength), HolderFixture.Context, opened, out _))
                {
                    throw new InvalidOperationException("too short");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Envelope.MaximumPlaintext)]
    public async Task Unprotect_OfWhatWasProtected_IsTheSame(int length)
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var plaintext = new byte[length];
        plaintext.AsSpan().Fill(7);

        var envelope = local.Protect(plaintext, HolderFixture.Context);

        Assert.Equal(local.GetProtectedLength(length), envelope.Length);
        Assert.Equal(length, local.GetUnprotectedLength(envelope));
        Assert.Equal(plaintext, local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal(plaintext, await local.UnprotectAsync(envelope, HolderFixture.Context, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Protect_OfOneByteTooMany_NamesThePlaintext()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var refused = Assert.Throws<DkmException>(() => local.Protect(new byte[Envelope.MaximumPlaintext + 1], DkmContext.Empty));
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.TooLong, "plaintext"), (refused.Kind, refused.Reason, refused.Field));
    }

    [Fact]
    public async Task Unprotect_WithAnotherContext_CannotOpen()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var envelope = local.Protect(Secret, HolderFixture.Context);
        var refused = Assert.Throws<DkmException>(() => local.Unprotect(envelope, DkmContext.Of("address", "bob@example.com")));
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.CannotOpen), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task Unprotect_OfAnEnvelopeOfAnotherRingThatIsHeld_IsRefused()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        fixture.AddRing("mail/other", "uid-2");
        var local = await fixture.HoldAsync();
        var other = await fixture.HoldAsync("mail/other");
        var envelope = other.Protect(Secret, HolderFixture.Context);

        AssertOtherRing(() => local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal(Secret, other.Unprotect(envelope, HolderFixture.Context));
    }

    [Fact]
    public async Task Unprotect_OfAnEnvelopeOfARingNotAskedFor_IsRefusedAndTheRingNotFetched()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        fixture.AddRing("mail/other", "uid-2");
        var local = await fixture.HoldAsync();
        byte[] envelope;
        await using (var elsewhere = new HolderFixture())
        {
            elsewhere.KeyRing.Rings["mail/other"] = fixture.KeyRing.Rings["mail/other"];
            envelope = (await elsewhere.HoldAsync("mail/other")).Protect(Secret, HolderFixture.Context);
        }

        AssertOtherRing(() => local.Unprotect(envelope, HolderFixture.Context));
        Assert.Null(fixture.Holder.Find("mail/other"));
    }

    [Fact]
    public async Task Unprotect_OfASuiteThatTheRingDoesNotRead_IsSuiteNotRead()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        ring.Suite = Suite.Aegis256;
        var local = await fixture.HoldAsync();
        var envelope = local.Protect(Secret, HolderFixture.Context);
        ring.Suite = Suite.Xaes256Gcm;
        ring.ReadSuites.Remove(Suite.Aegis256);
        ring.Revision++;
        await fixture.PushAsync(ring);

        var refused = Assert.Throws<DkmException>(() => local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.SuiteNotRead), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task TryMethods_WithTooShortABuffer_WriteNothing()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var envelope = local.Protect(Secret, HolderFixture.Context);
        var small = new byte[envelope.Length - 1];

        Assert.False(local.TryProtect(Secret, HolderFixture.Context, small, out var written));
        Assert.False(local.TryUnprotect(envelope, HolderFixture.Context, small.AsSpan(0, Secret.Length - 1), out var opened));
        Assert.Equal((0, 0), (written, opened));
        Assert.All(small, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task UnprotectText_OfProtectedText_IsTheSame()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var text = local.ProtectText("geheim ☂", HolderFixture.Context);

        Assert.StartsWith("dkm1.", text, StringComparison.Ordinal);
        Assert.Equal("geheim ☂", local.UnprotectText(text, HolderFixture.Context));
        var refused = Assert.Throws<DkmException>(() => local.UnprotectText(text + "=", HolderFixture.Context));
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.Malformed, "envelope"), (refused.Kind, refused.Reason, refused.Field));
    }

    [Fact]
    public async Task UnprotectText_OfBytesThatAreNoText_IsMalformed()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var text = Envelope.ToText(local.Protect([0xC3], HolderFixture.Context));
        Assert.Equal(Reasons.Malformed, Assert.Throws<DkmException>(() => local.UnprotectText(text, HolderFixture.Context)).Reason);
    }

    [Fact]
    public void Create_WithManyMistakes_TellsThemAll()
    {
        var options = new DkmClientOptions { KeyRingAddress = new Uri("http://keyring"), KeyFile = "x", ResolveTimeout = TimeSpan.Zero };
        options.Rings.Add("Mail");
        var refused = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => DkmClient.Create(options));
        Assert.Collection(
            refused.Failures,
            failure => Assert.Contains("KeyRingAddress must be an https address", failure, StringComparison.Ordinal),
            failure => Assert.Contains("TrustDomain must be set", failure, StringComparison.Ordinal),
            failure => Assert.Contains("IdentityDirectory", failure, StringComparison.Ordinal),
            failure => Assert.Contains("ResolveTimeout", failure, StringComparison.Ordinal),
            failure => Assert.Contains("'Mail'", failure, StringComparison.Ordinal));
    }

    private static void AssertOtherRing(Action action)
    {
        var refused = Assert.Throws<DkmException>(action);
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.OtherRing, "envelope"), (refused.Kind, refused.Reason, refused.Field));
    }
}
