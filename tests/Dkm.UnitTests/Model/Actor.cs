namespace Dkm.UnitTests.Model;

/// <summary>Whose turn it is.</summary>
internal enum Actor
{
    /// <summary>The store's owner, an operator, another writer.</summary>
    World,

    Replica0,

    Replica1,

    Holder0,

    Holder1,
}
