namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Dkm.Core;
using Dkm.Status.V1;
using Microsoft.Extensions.Logging;

/// <summary>
/// Which member is asked. We stay with one as long as it answers (a round robin would meet a frozen member with every third call) and start with any, so
/// that replicas spread.
/// </summary>
internal sealed class EtcdMembers : IDisposable
{
    private readonly EtcdMember[] members;
    private readonly EtcdCredentials? credentials;
    private readonly ILogger logger;
    private int current;

    public EtcdMembers(EtcdStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        this.logger = logger;
        credentials = EtcdCredentials.Open(options, timeProvider, logger);
        var check = new EtcdMemberCheck(options, credentials, logger);
        members = [.. options.Endpoints.Select(endpoint => new EtcdMember(endpoint, options, credentials, check, timeProvider))];
        Span<byte> chance = stackalloc byte[1];
        KernelRandom.Fill(chance);
        current = chance[0] % members.Length;
    }

    public int Count => members.Length;

    public IReadOnlyList<EtcdMember> All => members;

    /// <summary>Of the certificate that we show them; null where all is plaintext.</summary>
    public CertificateStatus? CertificateValidity => credentials?.Validity;

    /// <summary>The order in which to try: the one that we are with, then the others; after them those that keep others waiting, and those in doubt last.</summary>
    public IReadOnlyList<EtcdMember> InOrder()
    {
        var start = Volatile.Read(ref current);
        return [.. Enumerable.Range(0, members.Length).Select(i => members[(start + i) % members.Length])
            .OrderBy(member => member.InDoubt ? 2 : member.IsWaitedFor ? 1 : 0)];
    }

    /// <summary>The member answered; it is the one that we are with.</summary>
    public void Keep(EtcdMember member)
    {
        member.Praise();
        Volatile.Write(ref current, Array.IndexOf(members, member));
    }

    public void Leave(EtcdMember member, string why)
    {
        if (member.Doubt())
        {
            Log.EtcdMemberLeft(logger, member.Endpoint, why);
        }
    }

    public void Dispose()
    {
        foreach (var member in members)
        {
            member.Dispose();
        }

        credentials?.Dispose();
    }
}
