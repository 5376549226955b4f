namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>What a restore changes of a backup's records: keys that were destroyed since stay destroyed.</summary>
internal sealed class RestoredRecords(IReadOnlySet<KeyId> destroyed)
{
    private const string Reason = "destroyed after the backup was made; its restore was told so";

    private readonly HashSet<KeyId> found = [];

    /// <summary>How many of the keys to destroy the backup has.</summary>
    public int Found => found.Count;

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
        if (!destroyed.Contains(id))
        {
            return null;
        }

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
}
