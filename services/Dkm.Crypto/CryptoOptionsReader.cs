namespace Dkm.Crypto;

using System;
using Dkm.Core;
using Dkm.Hosting.Configuration;

/// <summary>The configuration of the Crypto process.</summary>
public static class CryptoOptionsReader
{
    public static CryptoOptions Read(StrictConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var server = configuration.ReadServer(DkmService.Crypto);
        var defaults = new CryptoOptions { Server = server, Access = configuration.Addresses("Access"), KeyRing = configuration.Addresses("KeyRing") };
        return defaults with
        {
            Patience = configuration.Duration("Rings:Patience", defaults.Patience, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            IdleRing = configuration.Duration("Rings:Idle", defaults.IdleRing, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            MaximumRings = configuration.Number("Rings:Maximum", defaults.MaximumRings, 1, CryptoOptions.RingsOfOneStream),
            ArchivedKeys = configuration.Number("Rings:ArchivedKeys", defaults.ArchivedKeys, 1, 10_000_000),
        };
    }
}
