namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Dkm.Core;
using Microsoft.Data.Sqlite;

/// <summary>
/// The one connection and its prepared statements. Exclusive locking keeps the WAL index in our memory and strangers out; after any error the
/// session is thrown away and SQLite's recovery says, on the next one, what is really there.
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private const int PageSize = 4096;
    private const int ApplicationId = 0x444B_4D53;
    private const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE history (
            path TEXT NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL, lease INTEGER NOT NULL, value BLOB,
            PRIMARY KEY (path, revision)) WITHOUT ROWID;
        CREATE INDEX history_revision ON history (revision);
        CREATE INDEX history_lease ON history (lease) WHERE lease <> 0;
        CREATE TABLE leases (id INTEGER PRIMARY KEY, seconds INTEGER NOT NULL);
        INSERT INTO meta VALUES ('revision', 1), ('compacted', 0);
        """;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    private SqliteSession(SqliteConnection connection) => this.connection = connection;

    public static SqliteSession Open(SqliteStoreOptions options)
    {
        // Made here and not by SQLite, so that there is no moment in which others may read it; WAL files inherit the mode.
        if (!File.Exists(options.Path))
        {
            new FileStream(options.Path, OwnerOnlyFile.Options(FileMode.CreateNew, FileShare.Read)).Dispose();
        }

        var text = new SqliteConnectionStringBuilder
        {
            DataSource = options.Path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 1,
        };
        var session = new SqliteSession(new SqliteConnection(text.ToString()));
        try
        {
            session.connection.Open();
            session.Prepare(options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A prepared statement with its values, in the order of <c>@0</c>, <c>@1</c> and so on.</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"@{i}" });
            }

            commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }

    public int Run(string sql, params ReadOnlySpan<object> values) => Command(sql, values).ExecuteNonQuery();

    public long Number(string sql, params ReadOnlySpan<object> values) =>
        Convert.ToInt64(Command(sql, values).ExecuteScalar(), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private void Prepare(SqliteStoreOptions options)
    {
        // secure_delete: what was deleted or compacted is overwritten in the file.
        Once(string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA page_size = {PageSize}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;
            PRAGMA max_page_count = {Math.Max(16, options.MaximumBytes / PageSize)};
            """));
        var application = Number("PRAGMA application_id");
        if (application == 0 && Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Once($"BEGIN IMMEDIATE; {Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion}; COMMIT;");
        }
        else if (application != ApplicationId)
        {
            throw new DkmException(ErrorKind.FailedPrecondition, Reasons.StoreRefused, $"{options.Path} is a database, but not a store of DKM");
        }
        else if (Number("PRAGMA user_version") > SchemaVersion)
        {
            throw StoreErrors.Upgrade($"{options.Path} was written by a newer version of DKM");
        }
    }

    private void Once(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
