namespace Dkm.KeyRing.Keys.States;

/// <summary>Changes or a refusal; neither where the key is already as it is wanted.</summary>
/// <param name="Step">What to do.</param>
/// <param name="Reason">The stable reason of a refusal.</param>
/// <param name="Why">The same for people, to stand behind "key ID".</param>
internal sealed record KeyDecision(KeyStep? Step, string? Reason, string? Why)
{
    public static KeyDecision Nothing { get; } = new(null, null, null);

    public static KeyDecision Do(KeyStep step) => new(step, null, null);

    public static KeyDecision Refuse(string reason, string why) => new(null, reason, why);
}
