namespace Dkm.Client.KeySets;

/// <summary>What became of a key set that was delivered.</summary>
internal enum ApplyOutcome
{
    /// <summary>It is in use now.</summary>
    Applied,

    /// <summary>It is the one in use.</summary>
    Confirmed,

    /// <summary>Refused: its revision is lower than one seen.</summary>
    Older,

    /// <summary>Refused: no ring is without keys. Keys are given up on an explicit word only.</summary>
    Empty,

    /// <summary>Refused: another ring under the same name.</summary>
    OtherUid,

    /// <summary>Refused: a key id with another key behind it.</summary>
    OtherMaterial,
}
