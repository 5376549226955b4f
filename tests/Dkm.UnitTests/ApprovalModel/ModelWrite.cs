namespace Dkm.UnitTests.ApprovalModel;

/// <summary>What a replica has decided and not written yet.</summary>
/// <param name="Command">What was asked for.</param>
/// <param name="Basis">What it was decided from.</param>
/// <param name="After">The petition as it shall be.</param>
/// <param name="Late">It was decided when the petition's time was truly over.</param>
internal readonly record struct ModelWrite(ModelCommand Command, ModelStore Basis, ModelPetition After, bool Late);
