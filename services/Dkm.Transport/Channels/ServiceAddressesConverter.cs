namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;

/// <summary>One address is a string, several are an array of strings.</summary>
internal sealed class ServiceAddressesConverter : JsonConverter<ServiceAddresses>
{
    public override ServiceAddresses Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var addresses = new List<Uri>();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                addresses.Add(Address(ref reader));
            }
        }
        else
        {
            addresses.Add(Address(ref reader));
        }

        try
        {
            return new ServiceAddresses(addresses);
        }
        catch (ArgumentException exception)
        {
            throw new JsonException("one address for each replica is needed, and none of them twice", exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, ServiceAddresses value, JsonSerializerOptions options)
    {
        if (value.Count == 1)
        {
            writer.WriteStringValue(value[0].OriginalString);
            return;
        }

        writer.WriteStartArray();
        foreach (var address in value)
        {
            writer.WriteStringValue(address.OriginalString);
        }

        writer.WriteEndArray();
    }

    /// <summary>What is no address of a service is told by whoever uses it, who knows which one it is.</summary>
    private static Uri Address(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && Uri.TryCreate(reader.GetString(), UriKind.RelativeOrAbsolute, out var address)
            ? address
            : throw new JsonException("an address is a string, such as \"https://127.0.0.1:8443\"; several are an array of them");
}
