namespace Dkm.Benchmarks;


/// <summary>What one round of a subject did.</summary>
/// <param name="PerSecond">Units per second of wall time.</param>
/// <param name="AllocatedBytesPerOperation">Bytes allocated per operation by the timing thread, where one thread does the work.</param>
/// <param name="CpuMicrosecondsPerOperation">CPU time of the whole process per operation, client and server together.</param>
/// <param name="P99Microseconds">99th percentile of latency, where calls are timed one by one.</param>
internal sealed record Sample(
    double PerSecond, double? AllocatedBytesPerOperation = null, double? CpuMicrosecondsPerOperation = null, double? P99Microseconds = null);
