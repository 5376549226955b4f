namespace Dkm.Transport;

using Dkm.Core;

/// <summary>Serial numbers of certificates.</summary>
internal static class SerialNumbers
{
    /// <summary>127 bits of chance, positive, as RFC 5280 section 4.1.2.2 wants it.</summary>
    public static byte[] Next()
    {
        var serial = new byte[16];
        KernelRandom.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
