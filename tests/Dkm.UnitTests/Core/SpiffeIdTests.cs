namespace Dkm.UnitTests.Core;

using System;
using Dkm.Core;
using Xunit;

public sealed class SpiffeIdTests
{
    [Theory]
    [InlineData("spiffe://dkm.local/ns/mail/sa/mailbox-worker", IdentityClass.Workload, null, null)]
    [InlineData("spiffe://dkm.local/ns/Mail_2/sa/a.b", IdentityClass.Workload, null, null)]
    [InlineData("spiffe://dkm.local/dkm/access", IdentityClass.Service, null, DkmService.Access)]
    [InlineData("spiffe://dkm.local/dkm/keyring", IdentityClass.Service, null, DkmService.KeyRing)]
    [InlineData("spiffe://dkm.local/dkm/crypto", IdentityClass.Service, null, DkmService.Crypto)]
    [InlineData("spiffe://dkm.local/human/admin", IdentityClass.Human, "admin", null)]
    [InlineData("spiffe://dkm.local/human/alice.b-2_c", IdentityClass.Human, "alice.b-2_c", null)]
    [InlineData("spiffe://a_b-c.example/elevated/0192f3a1", IdentityClass.Elevated, null, null)]
    public void TryParse_Canonical_TellsTheClass(string text, IdentityClass expected, string? person, DkmService? service)
    {
        Assert.True(SpiffeId.TryParse(text, out var id, out var problem), problem);
        Assert.Equal(expected, id.Class);
        Assert.Equal(person, id.Person);
        Assert.Equal(service, id.Service);
        Assert.Equal(text, id.ToString());
        Assert.Equal(id, SpiffeId.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dkm.local/human/admin")]
    [InlineData("https://dkm.local/human/admin")]
    [InlineData("SPIFFE://dkm.local/human/admin")]
    [InlineData("spiffe:/dkm.local/human/admin")]
    [InlineData(" spiffe://dkm.local/human/admin")]
    [InlineData("spiffe://dkm.local/human/admin ")]
    [InlineData("spiffe://dkm.local/human/admin\n")]
    [InlineData("spiffe://dkm.local/human/admin\0")]
    [InlineData("spiffe://dkm.local")]
    [InlineData("spiffe://dkm.local/")]
    [InlineData("spiffe:///human/admin")]
    [InlineData("spiffe://DKM.local/human/admin")]
    [InlineData("spiffe://dkm.local:443/human/admin")]
    [InlineData("spiffe://user@dkm.local/human/admin")]
    [InlineData("spiffe://*.local/human/admin")]
    [InlineData("spiffe://dkm.local/*")]
    [InlineData("spiffe://dkm.local/human/*")]
    [InlineData("spiffe://dkm.local/ns/mail/sa/*")]
    [InlineData("spiffe://dkm.local/human")]
    [InlineData("spiffe://dkm.local/human/")]
    [InlineData("spiffe://dkm.local/humans/x")]
    [InlineData("spiffe://dkm.local/human/a/b")]
    [InlineData("spiffe://dkm.local/Human/admin")]
    [InlineData("spiffe://dkm.local/human/Admin")]
    [InlineData("spiffe://dkm.local/human/admin/")]
    [InlineData("spiffe://dkm.local//human/admin")]
    [InlineData("spiffe://dkm.local/human//admin")]
    [InlineData("spiffe://dkm.local/human/.")]
    [InlineData("spiffe://dkm.local/human/..")]
    [InlineData("spiffe://dkm.local/human/../human/admin")]
    [InlineData("spiffe://dkm.local/human/adm%69n")]
    [InlineData("spiffe://dkm.local/human/admin?x=1")]
    [InlineData("spiffe://dkm.local/human/admin#x")]
    [InlineData("spiffe://dkm.local/human/\u0430dmin")]
    [InlineData("spiffe://dkm.local/ns/mail")]
    [InlineData("spiffe://dkm.local/ns/mail/sa")]
    [InlineData("spiffe://dkm.local/ns//sa/x")]
    [InlineData("spiffe://dkm.local/ns/mail/sa/x/y")]
    [InlineData("spiffe://dkm.local/ns/mail/SA/x")]
    [InlineData("spiffe://dkm.local/elevated")]
    [InlineData("spiffe://dkm.local/elevated/a/b")]
    [InlineData("spiffe://dkm.local/dkm")]
    [InlineData("spiffe://dkm.local/dkm/audit")]
    [InlineData("spiffe://dkm.local/dkm/access/x")]
    [InlineData("spiffe://dkm.local/dkm/Access")]
    [InlineData("spiffe://dkm.local/anything/else")]
    public void TryParse_AnyOtherSpelling_SaysWhatIsWrong(string? text)
    {
        Assert.False(SpiffeId.TryParse(text, out var id, out var problem));
        Assert.Null(id);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void TryParse_TooLong_IsRefused()
    {
        Assert.True(SpiffeId.TryParse("spiffe://dkm.local/ns/mail/sa/" + new string('a', 253), out _, out _));
        Assert.False(SpiffeId.TryParse("spiffe://dkm.local/ns/mail/sa/" + new string('a', 254), out _, out _));
        Assert.True(SpiffeId.TryParse("spiffe://" + new string('a', 255) + "/human/x", out _, out _));
        Assert.False(SpiffeId.TryParse("spiffe://" + new string('a', 256) + "/human/x", out _, out _));
    }

    [Theory]
    [InlineData(DkmService.Access, "spiffe://dkm.local/dkm/access")]
    [InlineData(DkmService.KeyRing, "spiffe://dkm.local/dkm/keyring")]
    [InlineData(DkmService.Crypto, "spiffe://dkm.local/dkm/crypto")]
    public void ForService_EachService_IsItsOneId(DkmService service, string expected) =>
        Assert.Equal(expected, SpiffeId.ForService("dkm.local", service).ToString());

    [Fact]
    public void Equals_OtherTrustDomain_IsAnotherIdentity()
    {
        var one = SpiffeId.Parse("spiffe://a.local/human/admin");
        Assert.NotEqual(one, SpiffeId.Parse("spiffe://b.local/human/admin"));
        Assert.Equal(one.GetHashCode(), SpiffeId.Parse("spiffe://a.local/human/admin").GetHashCode());
        Assert.Throws<FormatException>(() => SpiffeId.Parse("spiffe://a.local/human"));
    }
}
