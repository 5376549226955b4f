namespace Dkm.UnitTests.ApprovalModel;

using Dkm.Access.Approvals;

/// <summary>What changes of a petition. Times in ticks, -1: none.</summary>
/// <param name="Approvals">Each is four bits behind a leading one: person, level, and whether another digest was read.</param>
/// <param name="Key">0: none is fixed yet.</param>
internal readonly record struct ModelPetition(PetitionState State, int Approvals, int Active, int End, int Key)
{
    public static ModelPetition Fresh { get; } = new(PetitionState.Pending, 1, -1, -1, 0);

    public bool IsEnded => State is not (PetitionState.Pending or PetitionState.Active);
}
