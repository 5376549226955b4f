namespace Dkm.IntegrationTests.Tampering;

/// <summary>Whose record is attacked.</summary>
public enum Target
{
    Group,
    Ring,
    Key,
}
