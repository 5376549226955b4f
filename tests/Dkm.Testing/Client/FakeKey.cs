namespace Dkm.Testing.Client;

using System;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>A key of a <see cref="FakeRing"/>.</summary>
public sealed class FakeKey
{
    private readonly DateTimeOffset activateTime;

    public FakeKey(DateTimeOffset activateTime)
    {
        this.activateTime = activateTime;
        Id = KeyId.Create(activateTime);
        KernelRandom.Fill(Material);
    }

    public KeyId Id { get; }

    public byte[] Material { get; set; } = new byte[32];

    public Key.Types.State State { get; set; } = Key.Types.State.Active;

    /// <summary>A fresh message each time: a holder zeroes the bytes of those it gets. Withheld states come without material.</summary>
    internal KeyMaterial ToMaterial() => new()
    {
        Id = ByteString.CopyFrom(Id.ToByteArray()),
        State = State,
        ActivateTime = activateTime.ToTimestamp(),
        Material = State is Key.Types.State.Active or Key.Types.State.Pending or Key.Types.State.Archived ? ByteString.CopyFrom(Material) : ByteString.Empty,
    };
}
