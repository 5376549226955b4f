namespace Dkm.Testing.Etcd;

using System.Threading.Tasks;
using Dkm.Storage;
using Etcdserverpb;
using Google.Protobuf;

/// <summary>Deletes everything there is and was, with what the store itself does not offer.</summary>
public static class EtcdSweep
{
    public static async Task RunAsync(EtcdStoreOptions options)
    {
        using var channel = EtcdPlainChannel.Open(options);
        var leases = new Lease.LeaseClient(channel);
        foreach (var lease in (await leases.LeaseLeasesAsync(new LeaseLeasesRequest())).Leases)
        {
            await leases.LeaseRevokeAsync(new LeaseRevokeRequest { ID = lease.ID });
        }

        // The history goes too: the store reads it to tell what was done to a record. A put, so that there is always something new to compact.
        var store = new KV.KVClient(channel);
        await store.PutAsync(new PutRequest { Key = ByteString.CopyFrom(1) });
        var gone = await store.DeleteRangeAsync(new DeleteRangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) });
        await store.CompactAsync(new CompactionRequest { Revision = gone.Header.Revision });
    }
}
