namespace Dkm.Transport;

using System;
using System.ComponentModel;
using System.Linq;

/// <summary>Whether a failed read says that the other side's TLS refused our certificate. .NET has no property for it.</summary>
internal static class TlsAlert
{
    /// <summary>RFC 8446 section 6.2, in the words of OpenSSL and of Apple's TLS.</summary>
    private static readonly string[] Words =
    [
        "bad certificate", "certificate required", "certificate expired", "certificate revoked", "certificate unknown",
        "unsupported certificate", "unknown ca", "unknown cert", "access denied",
    ];

    /// <summary>SEC_E_CERT_UNKNOWN, SEC_E_CERT_EXPIRED, SEC_E_UNTRUSTED_ROOT, CRYPT_E_REVOKED of Windows.</summary>
    private static readonly int[] WindowsCodes =
        [unchecked((int)0x80090327), unchecked((int)0x80090328), unchecked((int)0x80090325), unchecked((int)0x80092010)];

    public static bool RefusesCertificate(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is Win32Exception native && WindowsCodes.Contains(native.NativeErrorCode))
            {
                return true;
            }

            if (Words.Any(word => exception.Message.Contains(word, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
