namespace Dkm.Transport;

using System;
using System.Threading;

/// <summary>
/// Calls about once a second and never twice at a time. Files are polled and their content compared: it sees through the symlink swaps of
/// Kubernetes volumes, network file systems and clocks, all of which file events and modification times do not.
/// </summary>
internal sealed class ReloadTimer : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Action look;
    private readonly ITimer timer;

    public ReloadTimer(TimeProvider time, Action look)
    {
        this.look = look;
        timer = time.CreateTimer(static state => ((ReloadTimer)state!).Tick(), this, Period, Period);
    }

    /// <summary>Looks now; waits for a look that is under way.</summary>
    public void Now()
    {
        lock (gate)
        {
            look();
        }
    }

    public void Dispose() => timer.Dispose();

    private void Tick()
    {
        if (!gate.TryEnter())
        {
            return;
        }

        try
        {
            look();
        }
        finally
        {
            gate.Exit();
        }
    }
}
