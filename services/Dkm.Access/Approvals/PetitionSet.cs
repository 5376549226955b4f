namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core.Authorization;

/// <summary>All petitions at one version. Immutable.</summary>
internal sealed class PetitionSet
{
    private readonly ImmutableSortedDictionary<string, Petition> byId;
    private readonly ImmutableDictionary<string, string> byRequest;

    private PetitionSet(ImmutableSortedDictionary<string, Petition> byId, ImmutableDictionary<string, string> byRequest)
    {
        this.byId = byId;
        this.byRequest = byRequest;
    }

    public static PetitionSet Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, Petition>(StringComparer.Ordinal), ImmutableDictionary.Create<string, string>(StringComparer.Ordinal));

    public int Count => byId.Count;

    /// <summary>The oldest first, by their ids.</summary>
    public IEnumerable<Petition> All => byId.Values;

    public static PetitionSet Create(IReadOnlyList<Petition> petitions) => Empty.With(petitions, []);

    public Petition? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The one that this request of this requester made.</summary>
    public Petition? FindByRequest(Core.SpiffeId requester, string requestId) =>
        requestId.Length > 0 && byRequest.TryGetValue(RequestKey(requester, requestId), out var id) ? byId.GetValueOrDefault(id) : null;

    /// <summary>The newest first, beginning behind <paramref name="id"/>; empty: at the newest.</summary>
    public IEnumerable<Petition> Before(string id) =>
        byId.Values.Reverse().SkipWhile(petition => id.Length > 0 && string.CompareOrdinal(petition.Id, id) >= 0);

    public IEnumerable<ElevationEntry> InForce() => byId.Values.Select(petition => petition.ToEntry()).OfType<ElevationEntry>();

    public PetitionSet With(IReadOnlyList<Petition> updated, IReadOnlyList<string> deleted)
    {
        if (updated.Count + deleted.Count == 0)
        {
            return this;
        }

        var ids = byId.ToBuilder();
        var requests = byRequest.ToBuilder();
        foreach (var id in deleted)
        {
            if (ids.TryGetValue(id, out var gone))
            {
                ids.Remove(id);
                requests.Remove(RequestKey(gone.Requester, gone.RequestId));
            }
        }

        foreach (var petition in updated)
        {
            ids[petition.Id] = petition;
            if (petition.RequestId.Length > 0)
            {
                requests[RequestKey(petition.Requester, petition.RequestId)] = petition.Id;
            }
        }

        return new PetitionSet(ids.ToImmutable(), requests.ToImmutable());
    }

    /// <summary>Two people may happen upon one id, or one may try the other's.</summary>
    private static string RequestKey(Core.SpiffeId requester, string requestId) => $"{requestId} {requester}";
}
