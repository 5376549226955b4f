namespace Dkm.Hosting.Configuration;

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using Dkm.Transport;

/// <summary>
/// Options from a JSON file (<c>--config FILE</c>), the environment (<c>DKM__Section__Key</c>) and the command line (<c>--Section:Key=value</c>), in that order of
/// precedence from low to high. What is asked for is what exists: a key that nobody asked for is a mistake, and all mistakes are told together.
/// </summary>
/// <remarks>No reflection: an options record asks for its own keys, so its reader is also its schema.</remarks>
public sealed class StrictConfiguration
{
    private readonly ConfigurationSources sources;
    private readonly HashSet<string> asked = new(StringComparer.OrdinalIgnoreCase);

    private StrictConfiguration(ConfigurationSources sources) => this.sources = sources;

    /// <summary>Reads everything into <typeparamref name="T"/>.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; all of it.</exception>
    public static T Bind<T>(IReadOnlyList<string> arguments, IDictionary environment, Func<StrictConfiguration, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var configuration = new StrictConfiguration(ConfigurationSources.Load(arguments, environment));
        var options = read(configuration);
        configuration.ThrowIfMistaken();
        return options;
    }

    /// <summary>The keys that a reader asks for: all that there are.</summary>
    internal static IReadOnlyCollection<string> KeysOf<T>(Func<StrictConfiguration, T> read)
    {
        var configuration = new StrictConfiguration(ConfigurationSources.Load([], new Hashtable()));
        read(configuration);
        return configuration.asked;
    }

    /// <summary>Notes something wrong with a key; the reading goes on.</summary>
    public void Mistake(string key, string problem) => sources.Mistakes.Add($"{key}: {problem}");

    public string? Find(string key)
    {
        asked.Add(key);
        return sources.Values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
    }

    public string Text(string key) => Find(key) ?? Missing(key, string.Empty);

    public bool Flag(string key, bool fallback = false) => Parse(key, fallback, "true or false", (string text, out bool value) => bool.TryParse(text, out value));

    public int Number(string key, int fallback, int minimum, int maximum) => Parse(
        key,
        fallback,
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"),
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= minimum && value <= maximum);

    /// <summary>Such as <c>90d</c>, <c>1h</c>, <c>30s</c>, <c>250ms</c>.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan minimum, TimeSpan maximum) => Parse(
        key,
        fallback,
        $"a duration such as 30s, 5m, 1h or 90d, from {minimum} to {maximum}",
        (string text, out TimeSpan value) => DurationText.TryParse(text, out value) && value >= minimum && value <= maximum);

    /// <summary>The path of a file that is there.</summary>
    public string File(string key) => Find(key) is null ? Missing(key, string.Empty) : FindFile(key) ?? string.Empty;

    /// <summary>The path of a file that is there, or null where the key is not set.</summary>
    public string? FindFile(string key)
    {
        if (Find(key) is not { } path)
        {
            return null;
        }

        if (System.IO.File.Exists(path))
        {
            return path;
        }

        Mistake(key, $"there is no file {path}");
        return null;
    }

    /// <summary>An IP address with a port, such as <c>0.0.0.0:8443</c> or <c>[::1]:0</c>.</summary>
    public IPEndPoint? EndPoint(string key, IPEndPoint? fallback) => Find(key) is "none"
        ? null
        : Parse(key, fallback, "an IP address and a port such as 0.0.0.0:8443", (string text, out IPEndPoint? value) =>
            IPEndPoint.TryParse(text, out value) && (text.Contains("]:", StringComparison.Ordinal) || text.Count(character => character == ':') == 1));

    /// <summary>An address of a service, https only.</summary>
    public Uri Address(string key)
    {
        if (Find(key) is not { } text)
        {
            return Missing(key, new Uri("https://missing.invalid"));
        }

        return FindAddress(key, text) ?? new Uri("https://wrong.invalid");
    }

    /// <summary>
    /// Where the replicas of a service are: <c>Service:Addresses</c>, a list, or <c>Service:Address</c>, one that may be a name with an address for each replica.
    /// </summary>
    public ServiceAddresses Addresses(string service)
    {
        var (one, many) = (service + ":Address", service + ":Addresses");
        var texts = List(many);
        if (texts.Count == 0)
        {
            return Address(one);
        }

        if (Find(one) is not null)
        {
            Mistake(one, $"give either this or {many}");
        }

        var addresses = texts.Select((text, i) => FindAddress(string.Create(CultureInfo.InvariantCulture, $"{many}:{i}"), text)).OfType<Uri>().ToList();
        if (addresses.Distinct().Count() != addresses.Count)
        {
            Mistake(many, "an address stands there twice");
        }

        return addresses.Count > 0 ? new ServiceAddresses(addresses.Distinct()) : new Uri("https://wrong.invalid");
    }

    public Uri? FindAddress(string key) => Find(key) is { } text ? FindAddress(key, text) : null;

    /// <summary>A list: <c>Key:0</c>, <c>Key:1</c>, …</summary>
    public IReadOnlyList<string> List(string key)
    {
        var items = new List<string>();
        while (Find(string.Create(CultureInfo.InvariantCulture, $"{key}:{items.Count}")) is { } item)
        {
            items.Add(item);
        }

        return items;
    }

    private Uri? FindAddress(string key, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps)
        {
            return address;
        }

        Mistake(key, $"'{text}' is not an https address");
        return null;
    }

    private T Missing<T>(string key, T placeholder)
    {
        asked.Add(key);
        Mistake(key, "must be set");
        return placeholder;
    }

    private T Parse<T>(string key, T fallback, string expected, TryParse<T> parse)
    {
        if (Find(key) is not { } text)
        {
            return fallback;
        }

        if (parse(text, out var value))
        {
            return value;
        }

        Mistake(key, $"'{text}' is not {expected}");
        return fallback;
    }

    private void ThrowIfMistaken()
    {
        sources.Mistakes.AddRange(sources.Values.Keys.Where(key => !asked.Contains(key)).Select(key => $"{key}: no such key"));
        if (sources.Mistakes.Count > 0)
        {
            throw new ConfigurationException([.. sources.Mistakes.Order(StringComparer.Ordinal)]);
        }
    }

    private delegate bool TryParse<T>(string text, out T value);
}
