namespace Dkm.KeyRing.Distribution.Holders;

using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Rings;

/// <summary>Asks back before a change that takes something away from many who use it at this moment.</summary>
internal sealed class BlastRadius(HolderDirectory directory)
{
    /// <summary>A key that is withdrawn is withdrawn from every holder of the ring.</summary>
    public async Task DemandWithdrawalAsync(RingView view, KeyId key, int confirmed, CancellationToken token)
    {
        var holders = (await directory.OfAsync(view, token)).All;
        if (!BlastRadiusRule.IsAllowed(holders, holders, confirmed))
        {
            throw Confirm($"key {key} is withdrawn from {holders.Say(holders, view.Ring.Name)}, and none of them opens its envelopes any more", holders);
        }
    }

    /// <summary>Holders that may hold the ring now and may not after the change.</summary>
    public async Task DemandAsync(RingView before, Ring after, PolicySnapshot policy, int confirmed, CancellationToken token)
    {
        var holders = await directory.OfAsync(before, token);
        var (all, losing) = (holders.All, holders.Losing(holder => !DeliveryRule.Allows(holder.Identity, after, policy)));
        if (!BlastRadiusRule.IsAllowed(losing, all, confirmed))
        {
            throw Confirm($"{losing.Say(all, after.Name)} lose it by this", losing);
        }
    }

    private static DkmException Confirm(string what, HolderCount losing) => new(
        ErrorKind.FailedPrecondition,
        Reasons.ConfirmHolders,
        $"{what}; if that is meant, repeat it with confirm_holders {losing.Identities}, or more",
        "confirm_holders");
}
