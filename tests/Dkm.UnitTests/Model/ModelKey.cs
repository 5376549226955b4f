namespace Dkm.UnitTests.Model;

using Dkm.Core.Keys;

/// <summary>A key of the modelled ring. Times are in milliseconds of the model, a thousand to a tick.</summary>
/// <param name="Id">In the order of the commits.</param>
/// <param name="Activate">When it may become primary.</param>
/// <param name="Stored">Its state.</param>
/// <param name="Branch">0, or 1 for one made after an old snapshot was put back.</param>
/// <param name="Slot">The id of the primary that it was made to follow; <see cref="AtOnce"/> for one of an immediate roll.</param>
internal readonly record struct ModelKey(int Id, int Activate, StoredKeyState Stored, int Branch, int Slot)
{
    public const int AtOnce = -2;
    public const int First = -1;
}
