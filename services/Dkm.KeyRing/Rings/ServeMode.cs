namespace Dkm.KeyRing.Rings;

/// <summary>Where envelopes of a ring may be made and opened. Numbers are those of the proto and of the record.</summary>
internal enum ServeMode
{
    Both = 1,
    Local = 2,
    Remote = 3,
}
