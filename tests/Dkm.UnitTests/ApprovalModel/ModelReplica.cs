namespace Dkm.UnitTests.ApprovalModel;

/// <summary>A replica of Access: what it has seen of the store, the time that it goes by, and a write on its way.</summary>
/// <param name="Seen">As it was read.</param>
/// <param name="Time">The highest that this process has seen; its clock goes on from there.</param>
/// <param name="Back">How far its wall clock was set back.</param>
internal readonly record struct ModelReplica(ModelStore Seen, int Time, int Back, ModelWrite? Write);
