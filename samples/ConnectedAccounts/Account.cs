namespace ConnectedAccounts;

/// <summary>A row. What is in <paramref name="Credential"/> only the members of the ring can know.</summary>
internal sealed record Account(string Address, string Provider, byte[] Credential);
