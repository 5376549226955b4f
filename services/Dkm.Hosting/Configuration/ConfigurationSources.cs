namespace Dkm.Hosting.Configuration;

using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

/// <summary>
/// Flattens file, environment and command line into keys such as <c>Tls:DeniedFile</c>; a later one wins. A secret is never a value here, only the path of a file.
/// </summary>
internal sealed class ConfigurationSources
{
    private const string EnvironmentPrefix = "DKM__";
    private const string ConfigArgument = "--config";

    public Dictionary<string, string> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<string> Mistakes { get; } = [];

    public static ConfigurationSources Load(IReadOnlyList<string> arguments, IDictionary environment)
    {
        var sources = new ConfigurationSources();
        var fromArguments = sources.SplitArguments(arguments, out var file);
        if (file is not null)
        {
            sources.AddFile(file);
        }

        sources.AddEnvironment(environment);
        foreach (var (key, value) in fromArguments)
        {
            sources.Values[key] = value;
        }

        return sources;
    }

    private List<KeyValuePair<string, string>> SplitArguments(IReadOnlyList<string> arguments, out string? file)
    {
        file = null;
        var pairs = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (argument == ConfigArgument && i + 1 < arguments.Count)
            {
                file = arguments[++i];
            }
            else if (argument.StartsWith(ConfigArgument + "=", StringComparison.Ordinal))
            {
                file = argument[(ConfigArgument.Length + 1)..];
            }
            else if (argument.StartsWith("--", StringComparison.Ordinal) && equals > 2)
            {
                pairs.Add(new(argument[2..equals], argument[(equals + 1)..]));
            }
            else
            {
                Mistakes.Add($"{argument}: an argument is --config FILE or --Section:Key=value");
            }
        }

        return pairs;
    }

    private void AddEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            if (entry is { Key: string name, Value: string value } && name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                Values[name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal)] = value;
            }
        }
    }

    private void AddFile(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                Flatten(string.Empty, document.RootElement, file);
            }
            else
            {
                Mistakes.Add($"{file}: a JSON object is expected");
            }
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            Mistakes.Add($"{file}: {exception.Message}");
        }
    }

    private void Flatten(string key, JsonElement element, string file)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Flatten(key.Length == 0 ? property.Name : $"{key}:{property.Name}", property.Value, file);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten($"{key}:{index++}", item, file);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                if (!Values.TryAdd(key, element.ToString()))
                {
                    Mistakes.Add($"{key}: stands twice in {file}");
                }

                break;
        }
    }
}
