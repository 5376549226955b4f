namespace Dkm.Transport;

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>What a certificate says of itself, believed by nobody: for messages and for a look at one's own files.</summary>
public static class LeafIdentity
{
    /// <summary>The SPIFFE ID of a certificate that keeps the leaf rules. Who vouches for it, and until when, is <see cref="TrustStore.Verify"/>'s question.</summary>
    public static bool TryRead(X509Certificate2 leaf, [NotNullWhen(true)] out SpiffeId? id)
    {
        try
        {
            id = SvidLeaf.Read(leaf);
            return true;
        }
        catch (DkmException)
        {
            id = null;
            return false;
        }
    }
}
