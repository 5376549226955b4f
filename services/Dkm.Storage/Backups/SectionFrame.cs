namespace Dkm.Storage;

using System;
using Dkm.Core.Backups;

/// <summary>One frame of a section, whole.</summary>
/// <param name="Part">What it is.</param>
/// <param name="Bytes">Head and payload, as they are authenticated.</param>
internal sealed record SectionFrame(BackupPart Part, byte[] Bytes)
{
    public ReadOnlySpan<byte> Payload => Bytes.AsSpan(BackupFrame.HeadSize);
}
