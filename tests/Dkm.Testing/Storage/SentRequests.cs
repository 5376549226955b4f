namespace Dkm.Testing.Storage;

using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Grpc.Core;

/// <summary>What a caller of Restore sends, at once.</summary>
public sealed class SentRequests(IReadOnlyList<RestoreRequest> requests) : IAsyncStreamReader<RestoreRequest>
{
    private int next;

    public RestoreRequest Current => requests[next - 1];

    public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(next++ < requests.Count);
}
