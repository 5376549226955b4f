namespace Dkm.Transport;

using System;
using System.Threading;
using Grpc.Core;

/// <summary>The attempt of this moment of a call that is tried several times.</summary>
internal sealed class RepeatedCall<TResponse> : IDisposable
{
    private readonly Lock gate = new();
    private readonly Func<AsyncUnaryCall<TResponse>> start;
    private AsyncUnaryCall<TResponse> current;

    public RepeatedCall(Func<AsyncUnaryCall<TResponse>> start)
    {
        this.start = start;
        current = start();
    }

    public bool Disposed { get; private set; }

    public AsyncUnaryCall<TResponse> Current => Volatile.Read(ref current);

    /// <summary>Starts the next attempt, unless the caller has let go of the call meanwhile.</summary>
    public void Again()
    {
        lock (gate)
        {
            if (!Disposed)
            {
                current.Dispose();
                Volatile.Write(ref current, start());
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            Disposed = true;
            current.Dispose();
        }
    }
}
