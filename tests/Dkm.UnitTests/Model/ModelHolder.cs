namespace Dkm.UnitTests.Model;

/// <summary>A process that holds the ring's keys.</summary>
/// <param name="Version">Of what it holds.</param>
/// <param name="Keys">What it holds.</param>
/// <param name="WallEnd">When its lease ends on its wall clock.</param>
/// <param name="BootEnd">When its lease ends on the clock that nobody sets.</param>
/// <param name="Newest">The newest primary that it has used.</param>
/// <param name="Back">How far its wall clock was set back.</param>
internal readonly record struct ModelHolder(int Version, KeySet Keys, int WallEnd, int BootEnd, ModelKey? Newest, int Back);
