namespace Dkm.IntegrationTests.KeyRing;

using Xunit;

/// <summary>Tests that share one Access and one KeyRing.</summary>
[CollectionDefinition(Name)]
public sealed class KeyRingCollection : ICollectionFixture<KeyRingFixture>
{
    public const string Name = "keyring";
}
