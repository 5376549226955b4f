namespace Dkm.Cli.Failures;

using System;
using System.Collections.Generic;

/// <summary>The contract's fields in the words of the command line: a person changes flags, not fields.</summary>
internal static class FieldFlags
{
    private const string Policy = "key_ring.policy.";

    private static readonly KeyValuePair<string, string>[] PolicyFlags =
    [
        new("rollover_period", "--period"),
        new("activation_lead", "--lead"),
        new("key_lease", "--key-lease"),
        new("policy_staleness", "--policy-staleness"),
        new("destroy_delay", "--destroy-delay"),
        new("archive_after", "--archive-after"),
        new("read_suites", "--read-suites"),
        new("suite", "--suite"),
        new("serve", "--serve"),
    ];

    /// <summary>The flag or argument to change; null if the field has none.</summary>
    public static string? Of(string? field)
    {
        if (field is null)
        {
            return null;
        }

        if (field.StartsWith(Policy, StringComparison.Ordinal))
        {
            return Array.Find(PolicyFlags, flag => flag.Key == field[Policy.Length..]).Value;
        }

        return field switch
        {
            _ when field.StartsWith("key_ring.bindings", StringComparison.Ordinal) => "GROUP=PERM",
            _ when field.StartsWith("group.members", StringComparison.Ordinal) => "SPIFFE-ID",
            _ when field.StartsWith("context", StringComparison.Ordinal) => "--context",
            _ when field.StartsWith("group.elevation_policy.levels", StringComparison.Ordinal) => "--level",
            _ when field.StartsWith("elevation.key_rings", StringComparison.Ordinal) => "--ring",
            "group.elevation_policy.max_duration" => "--max",
            "group.elevation_policy.pending_ttl" => "--pending",
            "elevation.group" => "--group",
            "elevation.duration" => "--duration",
            "elevation.max_operations" => "--max-operations",
            "reason" => "--reason",
            "ticket" => "--ticket",
            "digest" => "--digest",
            "id" => "ID",
            "key_ring.name" or "key_ring" => "RING",
            "target_key_ring" => "--target",
            "group.name" => "NAME",
            "key_ring.description" or "group.description" => "--description",
            "identity" => "SPIFFE-ID",
            "length" => "--length",
            "section" => "FILE",
            "destroyed_keys" => "--destroyed",
            _ => null,
        };
    }

    /// <summary>A refused policy speaks of several fields; those that have an underscore are no other words.</summary>
    public static string Say(string message, string? field)
    {
        if (field?.StartsWith(Policy, StringComparison.Ordinal) != true)
        {
            return message;
        }

        foreach (var (name, flag) in PolicyFlags)
        {
            message = name.Contains('_', StringComparison.Ordinal) ? message.Replace(name, flag, StringComparison.Ordinal) : message;
        }

        return message;
    }
}
