namespace Dkm.UnitTests.Testing;

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using Dkm.Testing.Secrecy;
using Xunit;

/// <summary>That the scanner finds what is there: else "no key was found" would say nothing.</summary>
public sealed class SecretScannerTests
{
    private const int Piece = 1 << 20;

    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    public static TheoryData<string> Forms => ["raw", "reversed", "hex", "HEX", "reversed hex", "reversed HEX", "base64", "base64url"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Find_SecretInAnyFormAtAnyPlace_IsNamed(string form)
    {
        for (var before = 0; before < 9; before++)
        {
            // A secret inside something longer, which was written out as a whole.
            byte[] within = [.. RandomNumberGenerator.GetBytes(before), .. Secret, .. RandomNumberGenerator.GetBytes(9 - before)];
            byte[] content = [.. RandomNumberGenerator.GetBytes(1000 + before), .. Spell(form, within), .. RandomNumberGenerator.GetBytes(100)];

            Assert.Contains("the key, ", Assert.Single(Scanner().Find(content)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Find_NothingOrAllButTheLastByte_IsNothing()
    {
        Assert.Empty(Scanner().Find(RandomNumberGenerator.GetBytes(1 << 20)));
        Assert.Empty(Scanner().Find(Secret.AsSpan(0, 31)));
        Assert.Empty(new SecretScanner().Find(Secret));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Piece - 32)]
    [InlineData(Piece - 1)]
    [InlineData(Piece)]
    [InlineData((2 * Piece) - 60)]
    [InlineData((3 * Piece) - 64)]
    public async Task FindAsync_SecretAcrossAnyBoundary_IsNamed(int place)
    {
        var content = new byte[3 * Piece];
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Secret)).CopyTo(content, place);

        Assert.Equal(["the key, as it is, lower hexadecimal"], await Scanner().FindAsync(new MemoryStream(content), TestContext.Current.CancellationToken));
    }

    private static SecretScanner Scanner()
    {
        var scanner = new SecretScanner();
        scanner.Add("another", RandomNumberGenerator.GetBytes(32));
        scanner.Add("the key", Secret);
        return scanner;
    }

    private static byte[] Spell(string form, byte[] bytes) => form switch
    {
        "raw" => bytes,
        "reversed" => [.. Enumerable.Reverse(bytes)],
        "hex" => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)),
        "HEX" => Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)),
        "reversed hex" => Encoding.ASCII.GetBytes(Convert.ToHexStringLower([.. Enumerable.Reverse(bytes)])),
        "reversed HEX" => Encoding.ASCII.GetBytes(Convert.ToHexString([.. Enumerable.Reverse(bytes)])),
        "base64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)),
        _ => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_')),
    };
}
