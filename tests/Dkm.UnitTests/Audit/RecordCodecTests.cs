namespace Dkm.UnitTests.Audit;

using System;
using System.Linq;
using System.Text;
using Dkm.Audit;
using Dkm.Core;
using Xunit;

public sealed class RecordCodecTests
{
    private static readonly DateTimeOffset Now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(123456);

    private static AuditEntry Full => new()
    {
        Kind = AuditKind.Outcome,
        Time = Now,
        Outcome = AuditOutcome.Denied,
        Identity = "spiffe://mail.example/elevated/7",
        Person = "spiffe://mail.example/human/ann",
        Elevation = "7",
        Ticket = "INC-1 ä",
        Action = "dkm.crypto.v1.CryptoService/Decrypt",
        Ring = "mail/accounts",
        Subject = "mailbox-workers",
        Key = KeyId.Create(Now),
        Context = MerkleHashing.Empty,
        Reason = "PERMISSION_MISSING",
        Trace = 7,
        Operation = UInt128.MaxValue,
        Body = MerkleHashing.Leaf([]),
        Count = 100,
        Refused = 0,
        Items = MerkleHashing.Leaf([1]),
    };

    [Fact]
    public void TryRead_WhatWasWritten_IsTheSame()
    {
        AuditEntry[] entries = [Full, new() { Kind = AuditKind.Event, Time = Now }, new() { Kind = AuditKind.Denials, Time = Now.AddYears(-100), Count = -1 }];

        Assert.All(entries, entry =>
        {
            Assert.True(RecordCodec.TryRead(Write(entry, 42), out var record));
            Assert.Equal(new AuditRecord(42, entry), record);
        });
    }

    [Fact]
    public void TryRead_CutAnywhereOrExtended_IsRefusedOrAnotherRecordInItsOneForm()
    {
        var body = Write(Full, 1);

        Assert.All(Enumerable.Range(0, body.Length), length => Assert.True(!RecordCodec.TryRead(body.AsSpan(0, length), out var record) || record.Entry != Full));
        Assert.False(RecordCodec.TryRead([.. body, 0], out _));
        Assert.False(RecordCodec.TryRead([.. body, .. body[^35..]], out _), "a field twice");
        Assert.False(RecordCodec.TryRead([.. body[..19], .. body[^35..], .. body[19..^35]], out _), "fields in another order");
        Assert.False(RecordCodec.TryRead([.. body[..19], 1, 0, 0], out _), "an empty text");
        Assert.False(RecordCodec.TryRead([.. body[..19], 1, 0, 1, 0xFF], out _), "no UTF-8");
        Assert.False(RecordCodec.TryRead([.. body[..19], 17, 0, 1, 1], out _), "an unknown field");
    }

    [Fact]
    public void TryRead_AnyBitFlipped_IsNeverTheSameRecord()
    {
        var body = Write(Full, 1);
        for (var bit = 0; bit < body.Length * 8; bit++)
        {
            var flipped = body.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            if (RecordCodec.TryRead(flipped, out var record))
            {
                Assert.NotEqual(new AuditRecord(1, Full), record);
                Assert.Equal(flipped, Write(record.Entry, record.Index));
            }
        }
    }

    [Fact]
    public void Write_TextsThatAreTooLongOrNoText_AreCutAtACharacterAndReadable()
    {
        var huge = new string('ä', 100_000);
        var entry = new AuditEntry
        {
            Kind = AuditKind.Event,
            Time = Now,
            Identity = "x" + huge,
            Person = huge,
            Elevation = huge,
            Ticket = huge,
            Action = huge,
            Ring = huge,
            Subject = huge,
            Reason = "\uD800 alone",
        };

        Assert.True(RecordCodec.TryRead(Write(entry, 1), out var record));
        Assert.Equal(1023, Encoding.UTF8.GetByteCount(record.Entry.Identity!));
        Assert.Equal(1024, Encoding.UTF8.GetByteCount(record.Entry.Person!));
        Assert.Equal("\uFFFD alone", record.Entry.Reason);
    }

    private static byte[] Write(AuditEntry entry, long index)
    {
        var destination = new byte[RecordCodec.MaximumSize];
        return destination[..RecordCodec.Write(entry, index, destination)];
    }
}
