namespace Dkm.Hosting.Configuration;

using System;
using System.Collections.Generic;

/// <summary>Every mistake of a configuration, together, each with its key: nobody should have to start five times to find five.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes)
    : Exception($"the configuration has {mistakes.Count} mistake(s):{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", mistakes)}")
{
    /// <summary>One line each, beginning with the key.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
