namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Globalization;
using Dkm.Core;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>
/// What a restore changes of a backup's records: keys that were destroyed since stay destroyed, and none is destroyed by the mere passing of the time since, for nobody knows whether its
/// destruction was undone after the backup, and to go back to before it may be what the restore is for.
/// </summary>
/// <param name="destroyed">The keys that were destroyed since.</param>
/// <param name="soon">Scheduled destructions that are due by then are called off. The same for all records of one restore; later for one that is asked for again, which only calls off more.</param>
internal sealed class RestoredRecords(IReadOnlySet<KeyId> destroyed, DateTimeOffset soon)
{
    private const string Reason = "destroyed after the backup was made; its restore was told so";

    private readonly HashSet<KeyId> found = [];
    private readonly HashSet<KeyId> calledOff = [];

    /// <summary>How many of the keys to destroy the backup has.</summary>
    public int Found => found.Count;

    /// <summary>How many destructions were called off.</summary>
    public int CalledOff => calledOff.Count;

    /// <summary>As <see cref="AwaitedRestore.RunAsync"/> asks for it. Fields that a newer KeyRing wrote stay.</summary>
    public byte[]? Rewrite(Record record, DateTimeOffset backupTime)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Type != RecordTypes.Key)
        {
            return null;
        }

        var key = KeyRecord.Parser.ParseFrom(record.Body.Span);
        var id = KeyId.Read(key.Id.Span);
        return destroyed.Contains(id) ? Destroy(key, id, backupTime)
            : key.State == KeyRecord.Types.StoredState.DestroyScheduled && key.DestroyTime?.ToDateTimeOffset() <= soon ? CallOff(key, id, backupTime)
            : null;
    }

    private byte[]? Destroy(KeyRecord key, KeyId id, DateTimeOffset backupTime)
    {
        found.Add(id);
        if (key.State == KeyRecord.Types.StoredState.Destroyed)
        {
            return null;
        }

        key.State = KeyRecord.Types.StoredState.Destroyed;
        key.StateBefore = KeyRecord.Types.StoredState.Destroyed;
        key.StateTime = backupTime.ToTimestamp();
        key.StateReason = Reason;
        key.WrappedMaterial = ByteString.Empty;
        return key.ToByteArray();
    }

    /// <summary>It opened nothing while it was scheduled, and opens nothing now; whoever wants it enables it, and whoever does not has it destroyed again.</summary>
    private byte[] CallOff(KeyRecord key, KeyId id, DateTimeOffset backupTime)
    {
        calledOff.Add(id);
        key.State = key.StateBefore == KeyRecord.Types.StoredState.Compromised ? KeyRecord.Types.StoredState.Compromised : KeyRecord.Types.StoredState.Disabled;
        key.StateBefore = key.StateBefore == KeyRecord.Types.StoredState.Disabled ? KeyRecord.Types.StoredState.Archived : key.StateBefore;
        key.StateTime = backupTime.ToTimestamp();
        key.StateReason = string.Create(CultureInfo.InvariantCulture, $"a restore called off its destruction, which was due at {key.DestroyTime.ToDateTimeOffset():yyyy-MM-ddTHH:mm:ssZ}");
        key.DestroyTime = null;
        return key.ToByteArray();
    }
}
