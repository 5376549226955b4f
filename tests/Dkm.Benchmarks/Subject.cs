namespace Dkm.Benchmarks;

using System;

/// <summary>One thing that is timed: runs for about the given time and says how much it did.</summary>
/// <param name="Name">Stable name, such as <c>client.protect.suite1.256B</c>.</param>
/// <param name="Unit">What is counted, per second; higher is better.</param>
/// <param name="Run">Runs for about the given time.</param>
internal sealed record Subject(string Name, string Unit, Func<TimeSpan, Sample> Run);
