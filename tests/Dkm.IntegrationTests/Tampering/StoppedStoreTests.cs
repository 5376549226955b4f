namespace Dkm.IntegrationTests.Tampering;

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

/// <summary>Somebody changes the file while nothing runs, leaving no trace in the store's own history: the next start does not become ready.</summary>
public sealed class StoppedStoreTests(TamperingFixture fixture) : IClassFixture<TamperingFixture>
{
    private const string Newest = "SELECT max(revision) FROM history WHERE path = @path";

    [Theory]
    [MemberData(nameof(RunningStoreTests.Attacks), MemberType = typeof(RunningStoreTests))]
    public async Task Record_AttackedWithSqlite_KeepsTheServiceFromBeingReady(Target target, Attack attack)
    {
        await using var attacked = Of(target);
        Rewrite(attacked.File, target, attack);

        await attacked.StartAsync();

        await AssertNotReadyAsync(attacked, attack == Attack.Delete ? "the records together" : NameOf(fixture.Record(target).Path));
    }

    [Theory]
    [InlineData(Target.Group)]
    [InlineData(Target.Ring)]
    [InlineData(Target.Key)]
    public async Task Record_OneBitOfTheFileFlipped_IsNamed(Target target)
    {
        await using var attacked = Of(target);
        var bytes = await File.ReadAllBytesAsync(attacked.File, TestContext.Current.CancellationToken);
        var at = bytes.AsSpan().IndexOf(Value(attacked.File, fixture.Record(target).Path).AsSpan()[^32..]);
        Assert.True(at > 0, "the record lies in the file");
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(attacked.File, bytes, TestContext.Current.CancellationToken);

        await attacked.StartAsync();

        await AssertNotReadyAsync(attacked, NameOf(fixture.Record(target).Path));
    }

    [Theory]
    [InlineData(Target.Group)]
    [InlineData(Target.Ring)]
    public async Task File_Untouched_IsReady(Target target)
    {
        await using var attacked = Of(target);

        await attacked.StartAsync();

        await Eventually.TrueAsync(async () => (await attacked.ReadyzAsync()).Text.Contains("store: ready\n", StringComparison.Ordinal), "the store is open");
    }

    private static async Task AssertNotReadyAsync(AttackedService attacked, string name)
    {
        await Eventually.TrueAsync(
            async () => (await attacked.ReadyzAsync()).Text.Contains(Reasons.StoreRefused, StringComparison.Ordinal), "readyz says why it is not ready");
        var (status, text) = await attacked.ReadyzAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(name, text, StringComparison.Ordinal);
    }

    private static string NameOf(string path) => path[(path.IndexOf('/', StorePath.Root.Length) + 1)..];

    private static byte[] Value(string file, string path) => (byte[])Run(file, $"SELECT value FROM history WHERE path = @path AND revision = ({Newest})", path)!;

    private static object? Run(string file, string sql, string path, byte[]? value = null)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@path", path);
        command.Parameters.AddWithValue("@value", (object?)value ?? DBNull.Value);
        return command.ExecuteScalar();
    }

    private static void Overwrite(string file, string path, byte[] value) =>
        Run(file, $"UPDATE history SET value = @value WHERE path = @path AND revision = ({Newest})", path, value);

    private AttackedService Of(Target target) => target == Target.Group ? fixture.Access() : fixture.KeyRing(null);

    private void Rewrite(string file, Target target, Attack attack)
    {
        var (path, other, older) = fixture.Record(target);
        var value = Value(file, path);
        switch (attack)
        {
            case Attack.Delete:
                Run(file, "DELETE FROM history WHERE path = @path", path);
                break;
            case Attack.Alter:
                Overwrite(file, path, [.. value.Take(value.Length - 1), (byte)(value[^1] ^ 1)]);
                break;
            case Attack.Swap:
                Overwrite(file, path, Value(file, other));
                Overwrite(file, other, value);
                break;
            default:
                Overwrite(file, path, older);
                break;
        }
    }
}
