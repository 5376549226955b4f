using System;
using System.Runtime.InteropServices;
using System.Threading;
using ConnectedAccounts;
using Dkm.Core;

using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return await new Worker(Settings.FromEnvironment()).RunAsync(args, stopping.Token);
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (DkmException e)
{
    await Console.Error.WriteLineAsync($"{e.Kind} {e.Reason}: {e.Message}");
    return e.Kind switch
    {
        ErrorKind.PermissionDenied or ErrorKind.Unauthenticated => 3,
        ErrorKind.InvalidArgument => 5,
        ErrorKind.Unavailable or ErrorKind.DeadlineExceeded => 6,
        _ => 1,
    };
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
