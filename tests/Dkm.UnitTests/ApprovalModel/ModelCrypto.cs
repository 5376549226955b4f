namespace Dkm.UnitTests.ApprovalModel;

/// <summary>Crypto: what it has heard of the elevation, and of Access's time.</summary>
/// <param name="End">When the elevation ends; -1: none is in force.</param>
/// <param name="Heard">Access's time, going on since it was heard.</param>
/// <param name="Back">How far its wall clock was set back.</param>
internal readonly record struct ModelCrypto(int End, int Heard, int Back);
