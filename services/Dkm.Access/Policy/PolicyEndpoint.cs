namespace Dkm.Access.Policy;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.Approvals;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting.Policy;
using Grpc.Core;

/// <summary>Streams the policy to KeyRing and Crypto, as long as it can confirm that it is the newest.</summary>
internal sealed class PolicyEndpoint(GroupDirectory directory, AccessStore store, SeenTime clock, AccessOptions options, TimeProvider time)
    : PolicyService.PolicyServiceBase
{
    public override async Task WatchPolicy(
        WatchPolicyRequest request, IServerStreamWriter<WatchPolicyResponse> responseStream, ServerCallContext context)
    {
        store.DemandReady();
        using var subscription = directory.Subscribe();
        var version = subscription.Snapshot.Version;
        await responseStream.WriteAsync(PolicyMessages.Snapshot(subscription.Snapshot, store.ConfirmTime, clock.Now), context.CancellationToken);

        var cutOff = new CutOff(options.CutOff, time);
        using var timer = new PeriodicTimer(options.Heartbeat, time);
        var tick = timer.WaitForNextTickAsync(context.CancellationToken).AsTask();
        var step = subscription.Steps.WaitToReadAsync(context.CancellationToken).AsTask();
        while (true)
        {
            var first = await Task.WhenAny(tick, step);

            // Taken before the steps are: what the store confirmed up to then has been offered to us, so no step is confirmed that was not sent.
            var confirmTime = store.ConfirmTime;
            if (first == step && !await step)
            {
                throw new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "this follower fell behind; begin again with a snapshot");
            }

            while (subscription.Steps.TryRead(out var next))
            {
                version = next.After.Version;
                await responseStream.WriteAsync(PolicyMessages.Change(next, confirmTime, clock.Now), context.CancellationToken);
            }

            if (first == step)
            {
                step = subscription.Steps.WaitToReadAsync(context.CancellationToken).AsTask();
            }
            else
            {
                await tick;
                if (cutOff.IsReached(store.Age))
                {
                    throw new DkmException(
                        ErrorKind.Unavailable, Reasons.StoreUnavailable, $"this replica could not confirm its policy for longer than {options.CutOff}; another one may");
                }

                await responseStream.WriteAsync(PolicyMessages.Heartbeat(version, confirmTime, clock.Now), context.CancellationToken);
                tick = timer.WaitForNextTickAsync(context.CancellationToken).AsTask();
            }
        }
    }
}
