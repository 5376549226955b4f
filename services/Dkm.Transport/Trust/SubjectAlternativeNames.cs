namespace Dkm.Transport;

using System.Collections.Generic;
using System.Formats.Asn1;

/// <summary>Reads and writes the URI names of a SubjectAltName extension byte by byte: <c>System.Uri</c> would fold other spellings into the canonical one.</summary>
internal static class SubjectAlternativeNames
{
    public const string Oid = "2.5.29.17";

    /// <summary>[6] IA5String of GeneralName, RFC 5280 section 4.2.1.6.</summary>
    public static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    private static readonly Asn1Tag DnsTag = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag AddressTag = new(TagClass.ContextSpecific, 7);

    /// <exception cref="AsnContentException">It is no well-formed DER.</exception>
    public static List<string> ReadUris(byte[] extension)
    {
        var uris = new List<string>();
        var reader = new AsnReader(extension, AsnEncodingRules.DER);
        var names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(UriTag))
            {
                uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            }
            else
            {
                names.ReadEncodedValue();
            }
        }

        return uris;
    }

    public static byte[] Write(string uri, IEnumerable<string> dnsNames, IEnumerable<System.Net.IPAddress> addresses)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, UriTag);
            foreach (var name in dnsNames)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, DnsTag);
            }

            foreach (var address in addresses)
            {
                writer.WriteOctetString(address.GetAddressBytes(), AddressTag);
            }
        }

        return writer.Encode();
    }
}
