namespace Dkm.Transport;

using System;
using Dkm.Core;

/// <summary>Why a certificate is not accepted. Its sentence may be shown to whoever presented it.</summary>
internal static class Rejection
{
    public static DkmException Of(string message, Exception? cause = null) => Of(Reasons.CertificateRejected, message, cause);

    public static DkmException Of(string reason, string message, Exception? cause = null) =>
        new(ErrorKind.Unauthenticated, reason, message, innerException: cause);

    public static DkmException Denied(string sha256Thumbprint) =>
        Of(Reasons.CertificateDenied, $"the certificate {sha256Thumbprint} is on the deny list");

    public static DkmException OutOfTime(DateTimeOffset notBefore, DateTimeOffset notAfter, DateTimeOffset now, string what = "the certificate") =>
        now < notBefore
            ? Of(Reasons.CertificateExpired, $"{what} is not valid before {notBefore.UtcDateTime:u}; it is {now.UtcDateTime:u} here")
            : Of(Reasons.CertificateExpired, $"{what} was valid until {notAfter.UtcDateTime:u}; it is {now.UtcDateTime:u} here");
}
