namespace Dkm.Storage;

using System.Linq;
using System.Text;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

/// <summary>The store's words in etcd's and back. Bytes, never text: paths are ASCII, and what a stranger wrote must not turn into another path.</summary>
internal static class EtcdMessages
{
    public static ByteString Key(string path) => ByteString.CopyFrom(path, Encoding.Latin1);

    public static string Path(KeyValue entry) => Encoding.Latin1.GetString(entry.Key.Span);

    public static StoreEntry Entry(KeyValue entry) =>
        new(Path(entry), entry.Value.Memory, entry.CreateRevision, entry.ModRevision, entry.Lease);

    public static RangeRequest Get(string path, long revision) => new() { Key = Key(path), Revision = revision };

    public static RangeRequest Range(string prefix, string? startAfter, int limit, long revision) => new()
    {
        Key = startAfter is null || string.CompareOrdinal(startAfter, prefix) < 0 ? Key(prefix) : Key(startAfter + '\0'),
        RangeEnd = Key(StorePath.EndOf(prefix)),
        Limit = limit,
        Revision = revision,
    };

    /// <summary>If a compare fails, what lies at the path of each is read in the same transaction.</summary>
    public static TxnRequest Transaction(StoreTransaction transaction)
    {
        var request = new TxnRequest();
        request.Compare.AddRange(transaction.Compares.Select(Compare));
        request.Success.AddRange(transaction.Puts.Select(put => new RequestOp { RequestPut = Put(put) }));
        request.Success.AddRange(transaction.Deletes.Select(path => new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Key(path) } }));
        request.Failure.AddRange(transaction.Compares.Select(compare => new RequestOp { RequestRange = Get(compare.Path, revision: 0) }));
        return request;
    }

    public static StoreCommit Commit(TxnResponse response) => new(
        response.Succeeded,
        response.Header.Revision,
        response.Succeeded ? [] : [.. response.Responses.Select(part => part.ResponseRange.Kvs.Select(Entry).SingleOrDefault())]);

    /// <summary>
    /// Fragments, since the changes of one revision may be more than a message holds. No periodic progress: etcd before 3.4.25 may announce progress
    /// over events that it has not sent (etcd #15220), so progress is a sign of life here and nothing else.
    /// </summary>
    public static WatchRequest Watch(string prefix, long fromRevision) => new()
    {
        CreateRequest = new WatchCreateRequest
        {
            Key = Key(prefix),
            RangeEnd = Key(StorePath.EndOf(prefix)),
            StartRevision = fromRevision,
            Fragment = true,
        },
    };

    private static Compare Compare(StoreCompare compare)
    {
        var result = new Compare { Key = Key(compare.Path), Result = Etcdserverpb.Compare.Types.CompareResult.Equal };
        if (compare.Target == StoreCompareTarget.ModRevision)
        {
            (result.Target, result.ModRevision) = (Etcdserverpb.Compare.Types.CompareTarget.Mod, compare.Revision);
        }
        else
        {
            (result.Target, result.CreateRevision) = (Etcdserverpb.Compare.Types.CompareTarget.Create, compare.Revision);
        }

        return result;
    }

    // The bytes of a put never change after they were handed over, so they are not copied.
    private static PutRequest Put(StorePut put) =>
        new() { Key = Key(put.Path), Value = UnsafeByteOperations.UnsafeWrap(put.Value), Lease = put.LeaseId };
}
