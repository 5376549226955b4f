namespace Dkm.IntegrationTests.Tampering;

/// <summary>What the table of bad input does to a record.</summary>
public enum Attack
{
    Delete,
    Alter,
    Swap,
    RollBack,
}
