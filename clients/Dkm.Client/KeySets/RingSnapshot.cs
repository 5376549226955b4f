namespace Dkm.Client.KeySets;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Core.Keys;

/// <summary>A ring's key set at one revision. Immutable; replaced as a whole.</summary>
public sealed class RingSnapshot
{
    private readonly uint readSuites;

    internal RingSnapshot(KeySetDelivery delivery, IReadOnlyList<HeldKey> keys)
    {
        Uid = delivery.Uid;
        Revision = delivery.Revision;
        Keys = keys;
        SuiteNumber = delivery.SuiteNumber;
        readSuites = delivery.ReadSuites;
        KeyLease = delivery.KeyLease;
        PolicyStaleness = delivery.PolicyStaleness;
        Bindings = delivery.Bindings;
        SendTime = delivery.SendTime;
        var facts = new KeyFacts[keys.Count];
        for (var i = 0; i < facts.Length; i++)
        {
            facts[i] = keys[i].Facts;
        }

        Facts = facts;
    }

    /// <summary>The ring's UUID.</summary>
    public string Uid { get; }

    /// <summary>Rises with every change of the ring.</summary>
    public long Revision { get; }

    /// <summary>The PENDING and ACTIVE keys.</summary>
    public IReadOnlyList<HeldKey> Keys { get; }

    /// <summary>The number of the suite for new envelopes, known to this version or not.</summary>
    public int SuiteNumber { get; }

    /// <summary>How long after the last renewal this process may use the keys.</summary>
    public TimeSpan KeyLease { get; }

    /// <summary>How long Crypto may decide by a policy that was not confirmed.</summary>
    public TimeSpan PolicyStaleness { get; }

    /// <summary>Who may do what; told to services only.</summary>
    public IReadOnlyList<RingBinding> Bindings { get; }

    internal IReadOnlyList<KeyFacts> Facts { get; }

    internal DateTimeOffset SendTime { get; }

    /// <summary>Whether the ring opens envelopes of a suite.</summary>
    public bool Reads(Suite suite) => (readSuites & (1u << (int)suite)) != 0;
}
