namespace Dkm.UnitTests.Storage;

using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Google.Protobuf;
using Xunit;

public sealed class RestoreRequestsTests
{
    private const string Key = "0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Section_PiecesOfNothing_AreNotKept()
    {
        var requests = await RestoreRequests.BeginAsync(
            new SentRequests([Piece(""), Piece(""), new RestoreRequest { DestroyedKeys = new DestroyedKeys { Ids = { Key } } }, Piece("a"), Piece(""), Piece("b")]), Token);

        Assert.Equal([Key], requests.DestroyedKeys.Select(id => id.ToString()));
        Assert.Equal(["a", "b"], await PiecesAsync(requests));
    }

    [Fact]
    public async Task Header_ThatComesByteByByte_StaysToBeRead()
    {
        byte[] section = [1, 0, 0, 0, 2, 8, 2, 9];
        var requests = await RestoreRequests.BeginAsync(new SentRequests([.. section.Select(one => new RestoreRequest { Section = ByteString.CopyFrom(one) })]), Token);

        // A header of format 2.
        var error = await Assert.ThrowsAsync<DkmException>(() => requests.HeaderAsync("access", Token));
        Assert.Contains("format 2", error.Message, System.StringComparison.Ordinal);
        Assert.Equal(section.Length, (await PiecesAsync(requests)).Count);
    }

    private static RestoreRequest Piece(string text) => new() { Section = ByteString.CopyFromUtf8(text) };

    private static async Task<List<string>> PiecesAsync(RestoreRequests requests)
    {
        var pieces = new List<string>();
        await foreach (var piece in requests.SectionAsync(Token))
        {
            pieces.Add(ByteString.CopyFrom(piece.Span).ToStringUtf8());
        }

        return pieces;
    }
}
