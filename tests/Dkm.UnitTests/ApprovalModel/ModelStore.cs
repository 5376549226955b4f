namespace Dkm.UnitTests.ApprovalModel;

/// <summary>The store: the manifest's version, the petition with its record's version, who is in which group, the object of a proposal, the highest time.</summary>
/// <param name="Left">Who has left: 1 for person 1 out of the first group, 2 for person 2 out of the second.</param>
internal readonly record struct ModelStore(int Version, int Record, ModelPetition Petition, int Left, int Object, int Highest);
