namespace Dkm.KeyRing.Rings;

/// <summary>KeyRing's numbers for what a record's body is. Part of the store's format: never renumbered.</summary>
internal static class RecordTypes
{
    public const int Ring = 1;
    public const int Key = 2;
    public const int WrappingKey = 3;
    public const int HoldGroup = 4;
    public const int Request = 5;
    public const int RingHolders = 6;
    public const int Replica = 7;
}
