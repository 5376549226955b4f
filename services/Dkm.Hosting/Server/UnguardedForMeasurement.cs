namespace Dkm.Hosting;

/// <summary>
/// Endpoint metadata for the empty call that the benchmark measures against: behind the handshake, past everything else. Internal, so that no
/// service can put it on a method of its own.
/// </summary>
internal sealed class UnguardedForMeasurement;
