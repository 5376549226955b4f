namespace Dkm.Access;

using System;
using System.Collections.Generic;
using System.Globalization;
using Dkm.Core;
using Dkm.Hosting.Configuration;
using Dkm.Storage;
using Dkm.Transport;

/// <summary>The configuration of the Access process.</summary>
public static class AccessOptionsReader
{
    private const string FirstAdministrators = "FirstAdministrators";

    public static AccessOptions Read(StrictConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var server = configuration.ReadServer(DkmService.Access);
        var store = StoreSettings.Read(configuration.Find, configuration.Duration, configuration.Mistake, server.Development);
        return new AccessOptions
        {
            Server = server,
            StoreFile = store.File,
            Etcd = store.Etcd,
            StateDirectory = store.StateDirectory,
            AcceptVersion = store.AcceptVersion,
            AwaitRestore = store.AwaitRestore,
            RootFile = server.Development ? configuration.Text("Root:File") : configuration.File("Root:File"),
            RootGroupMayRead = configuration.Flag("Root:GroupMayRead"),
            FirstAdministrators = ReadAdministrators(configuration, server.Trust.TrustDomain, server.Development),
            ElevationCa = ReadElevationCa(configuration),
            Heartbeat = server.Development ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1),
            Refresh = server.Development ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1),
            CutOff = TimeSpan.FromSeconds(server.Development ? 5 : 10),
        };
    }

    private static CertificateAuthorityFiles? ReadElevationCa(StrictConfiguration configuration)
    {
        var (certificate, key) = (configuration.FindFile("Elevation:CaFile"), configuration.FindFile("Elevation:CaKeyFile"));
        if (certificate is not null && key is not null)
        {
            return new CertificateAuthorityFiles(certificate, key);
        }

        if (certificate is not null || key is not null)
        {
            configuration.Mistake(certificate is null ? "Elevation:CaFile" : "Elevation:CaKeyFile", "the CA's certificate and its key are given together, or neither");
        }

        return null;
    }

    private static List<SpiffeId> ReadAdministrators(StrictConfiguration configuration, string trustDomain, bool development)
    {
        var administrators = new List<SpiffeId>();
        foreach (var text in configuration.List(FirstAdministrators))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{FirstAdministrators}:{administrators.Count}");
            if (!SpiffeId.TryParse(text, out var id, out var problem))
            {
                configuration.Mistake(key, problem);
            }
            else if (id.Class != IdentityClass.Human || id.TrustDomain != trustDomain)
            {
                configuration.Mistake(key, $"an administrator is a human of {trustDomain}, spiffe://{trustDomain}/human/NAME");
            }
            else
            {
                administrators.Add(id);
            }
        }

        // One alone could lock everybody out by leaving, and would have nobody to approve her changes.
        if (administrators.Count == 1 && !development)
        {
            configuration.Mistake(FirstAdministrators, "two or more are required outside development");
        }

        return administrators;
    }
}
