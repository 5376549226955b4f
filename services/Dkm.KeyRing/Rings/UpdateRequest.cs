namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.V1;

/// <summary>A ring with what an update asks for. Pure, but for the groups that it is handed.</summary>
internal static class UpdateRequest
{
    private const string Mask = "update_mask";
    private const string PolicyField = "policy.";
    private static readonly string[] Everything = ["policy", "bindings", "description"];

    public static bool Touches(UpdateKeyRingRequest request, string path) => Paths(request).Contains(path, StringComparer.Ordinal);

    public static Ring Apply(Ring ring, UpdateKeyRingRequest request, InstallationOptions installation, PolicySnapshot policy)
    {
        var asked = new Lazy<RingPolicy>(() => PolicyRequest.Read(request.KeyRing.Policy));
        var next = ring;
        foreach (var path in Paths(request))
        {
            next = path switch
            {
                "policy" => next with { Policy = asked.Value },
                "bindings" => next with { Bindings = BindingRequest.Read(request.KeyRing.Bindings, ring.Bindings, policy) },
                "description" => next with { Description = Description(request.KeyRing.Description) },
                _ when path.StartsWith(PolicyField, StringComparison.Ordinal)
                    && PolicyRequest.Set(next.Policy, path[PolicyField.Length..], asked.Value) is { } set => next with { Policy = set },
                _ => throw DkmException.Invalid(Mask, Reasons.InvalidField, $"'{path}' cannot be updated; policy, policy.<field>, bindings and description can"),
            };
        }

        // Floors may have been raised since the ring was made: that must not stop a change of its bindings.
        var policyAsked = Paths(request).Any(path => path.StartsWith("policy", StringComparison.Ordinal));
        next = policyAsked ? next with { Policy = RingPolicyRule.Check(next.Policy, installation) } : next;
        BindingRequest.CheckServe(next.Policy.Serve, next.Bindings, Touches(request, "bindings"));
        return next;
    }

    public static string Description(string description) => description.Length <= 256
        ? OneLine.Demand(description, "key_ring.description", "a description")
        : throw DkmException.Invalid("key_ring.description", Reasons.TooLong, "a description has at most 256 characters");

    private static IReadOnlyCollection<string> Paths(UpdateKeyRingRequest request) =>
        request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : Everything;
}
