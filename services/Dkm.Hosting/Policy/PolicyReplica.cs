namespace Dkm.Hosting.Policy;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wire = Dkm.Access.V1;

/// <summary>
/// Access's policy, kept in this process so that a decision needs no call: a snapshot, then changes, and heartbeats that say when Access last confirmed
/// it. Any end of the stream, any gap and any silence mean a new stream; what is held stays in force meanwhile and ages (<see cref="Age"/>).
/// </summary>
/// <param name="access">The way to Access; its errors arrive as <see cref="DkmException"/>.</param>
/// <param name="options">How to follow.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where trouble is told.</param>
public sealed class PolicyReplica(CallInvoker access, PolicyReplicaOptions options, TimeProvider time, ILogger<PolicyReplica> logger)
    : BackgroundService, IGroupMembership, IReadiness
{
    private readonly Wire.PolicyService.PolicyServiceClient client = new(access);
    private readonly ChangeListeners listeners = new();
    private readonly Backoff backoff = new(options.FirstBackoff, options.LongestBackoff);
    private volatile PolicySnapshot current = PolicySnapshot.Empty;
    private volatile Confirmation? confirmation;
    private volatile HeardTime? clock;
    private volatile string why = "no policy has come from Access yet";

    public PolicySnapshot Current => current;

    public bool Ready => confirmation is not null;

    public string Name => "policy";

    public bool IsCutOff => Ready && Age > options.CutOff;

    public string? Why => !Ready ? why : IsCutOff ? $"Access has confirmed nothing for longer than {options.CutOff}" : null;

    public DateTimeOffset ConfirmTime => confirmation?.ConfirmTime ?? default;

    public TimeSpan Age => confirmation?.Age(time) ?? TimeSpan.MaxValue;

    public DateTimeOffset ClockTime => clock?.At(time) ?? DateTimeOffset.MinValue;

    public IDisposable OnChange(Action<PolicySnapshot> listener) => listeners.Add(listener);

    public override void Dispose()
    {
        Telemetry.ForgetPolicy(this);
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Telemetry.FollowPolicy(this, () => Ready ? Age : null);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is DkmException or RpcException or OperationCanceledException or TimeoutException)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                why = exception is DkmException known ? $"{known.Reason}: {known.Message}" : exception.Message;
            }

            var delay = backoff.Next();
            Telemetry.PolicyReconnect();
            Log.PolicyLost(logger, why, (long)delay.TotalMilliseconds);
            await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One stream, from its snapshot to its end.</summary>
    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var call = client.WatchPolicy(new Wire.WatchPolicyRequest(), cancellationToken: end.Token);
        try
        {
            var synchronized = false;
            while (await call.ResponseStream.MoveNext(end.Token).WaitAsync(options.Silence, time, stoppingToken))
            {
                if (!Take(call.ResponseStream.Current, ref synchronized))
                {
                    return;
                }

                backoff.Reset();
            }

            why = "Access ended the stream";
        }
        catch (TimeoutException)
        {
            why = $"Access has said nothing for {options.Silence}";
        }
        finally
        {
            // Before the call is disposed of: a read that was given up on must not go on behind it.
            await end.CancelAsync();
        }
    }

    private bool Take(Wire.WatchPolicyResponse message, ref bool synchronized)
    {
        var (verdict, next) = PolicyState.Step(current, synchronized, message, group => Log.PolicyMember(logger, group));
        switch (verdict)
        {
            case PolicyState.Verdict.Advance:
                var isNew = next.Version != current.Version || !Ready;
                current = next;
                if (!synchronized)
                {
                    Log.PolicySnapshot(logger, next.Version.ToString(), next.Groups.Count);
                }

                synchronized = true;
                Confirm(message);
                if (isNew)
                {
                    Tell(next);
                }

                break;

            case PolicyState.Verdict.Confirm:
                Confirm(message);
                break;

            case PolicyState.Verdict.Rollback:
                why = "Access offers an older policy than the one held";
                Log.PolicyRollback(logger, message.Snapshot.Version.ToCore().ToString(), current.Version.ToString());
                return false;

            default:
                why = "a gap in the versions of the policy";
                return false;
        }

        return true;
    }

    /// <summary>Another Access may have confirmed longer ago than the one before: that makes what is held no older than it was.</summary>
    private void Confirm(Wire.WatchPolicyResponse message)
    {
        if (PolicyState.ClockTime(message) is { } clockTime)
        {
            clock = HeardTime.Hear(clock, clockTime, time);
        }

        var heard = Confirmation.Heard(PolicyState.ConfirmTime(message), time);
        if (confirmation is not { } held || heard.Age(time) <= held.Age(time))
        {
            confirmation = heard;
        }
    }

    private void Tell(PolicySnapshot snapshot)
    {
        try
        {
            listeners.Tell(snapshot);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A listener's fault must not stop the policy from arriving.
            Log.PolicyListener(logger, snapshot.Version.ToString(), exception);
        }
    }
}
