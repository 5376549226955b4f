namespace Dkm.UnitTests.ApprovalModel;

/// <summary>Somebody asks a replica for something.</summary>
/// <param name="Kind">What.</param>
/// <param name="Person">Who: 0 has requested it and is in the first level's group too, 1 is in both groups, 2 is in the second.</param>
/// <param name="Value">An approval: 1 for another digest. A credential: the key.</param>
internal readonly record struct ModelCommand(ModelCommandKind Kind, int Person, int Value);
