namespace Dkm.Hosting;

using System.Linq;
using Dkm.Transport;

/// <summary>
/// A note on certificate, bundles and deny list: what lies there now cannot be used, and what was there before is. That serves, so the process is ready; but it ends
/// when the old certificate does, and somebody should know.
/// </summary>
internal sealed class IdentityFilesNote(CertificateSource certificate, TrustStore trust) : IReadiness
{
    public string Name => "identity";

    public bool Ready => true;

    public string? Why
    {
        get
        {
            var troubles = new[] { certificate.Trouble, trust.Trouble }.OfType<string>().ToArray();
            return troubles.Length == 0 ? null : "going on with what was read before: " + string.Join("; ", troubles);
        }
    }
}
