namespace Dkm.Client.KeySets;

using System.Threading;
using System.Threading.Tasks;

/// <summary>Wakes all that wait for something to change. Take <see cref="Next"/> before looking, so that no change is missed.</summary>
internal sealed class Signal
{
    private TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref source).Task;

    public void Pulse() =>
        Interlocked.Exchange(ref source, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
