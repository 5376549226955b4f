namespace ConnectedAccounts;

using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;

/// <summary>The accounts in a SQLite database. It knows nothing of keys.</summary>
internal sealed class AccountTable : IDisposable
{
    private readonly SqliteConnection connection;

    public AccountTable(string file)
    {
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        Execute("CREATE TABLE IF NOT EXISTS accounts (address TEXT PRIMARY KEY, provider TEXT NOT NULL, credential BLOB NOT NULL)");
    }

    public void Put(Account account) => Execute(
        "INSERT OR REPLACE INTO accounts (address, provider, credential) VALUES ($address, $provider, $credential)",
        ("$address", account.Address),
        ("$provider", account.Provider),
        ("$credential", account.Credential));

    public Account? Find(string address)
    {
        using var command = Command("SELECT address, provider, credential FROM accounts WHERE address = $address", ("$address", address));
        return Read(command) is [var account] ? account : null;
    }

    public List<Account> All()
    {
        using var command = Command("SELECT address, provider, credential FROM accounts ORDER BY address");
        return Read(command);
    }

    public void Dispose() => connection.Dispose();

    private static List<Account> Read(SqliteCommand command)
    {
        var accounts = new List<Account>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            accounts.Add(new Account(reader.GetString(0), reader.GetString(1), (byte[])reader.GetValue(2)));
        }

        return accounts;
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
