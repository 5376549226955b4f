namespace Dkm.UnitTests.KeyRing;

using Xunit;

/// <summary>Tests that measure the memory of the whole process, so that nothing may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "memory";
}
