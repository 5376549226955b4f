namespace Dkm.Storage;

using System;

/// <summary>A put named a lease that has ended or never was. Nothing was written.</summary>
public sealed class StoreLeaseNotFoundException : Exception
{
    public StoreLeaseNotFoundException(long leaseId)
        : base($"lease {leaseId} has ended or never was") => LeaseId = leaseId;

    public long LeaseId { get; }
}
