namespace Dkm.Transport;

using System;
using System.Net.Sockets;
using Dkm.Core;

/// <summary>
/// Says why there is no connection, for people. HTTP's exceptions do not always carry the cause along, so the last reason is kept until a connection comes to life.
/// </summary>
internal sealed class ConnectionFailures
{
    private readonly string service;
    private readonly CertificateSource? certificates;
    private readonly TimeProvider time;
    private volatile DkmException? last;

    public ConnectionFailures(Uri address, ServiceChannelOptions options, CertificateSource? certificates, TimeProvider time)
    {
        service = $"{options.Service} at {address}";
        this.certificates = certificates;
        this.time = time;
    }

    public void Clear() => last = null;

    public DkmException Keep(DkmException failure)
    {
        last = failure;
        return failure;
    }

    /// <summary>For a call that was lost with its connection, or before there was one.</summary>
    public DkmException Loss(string why) => last ?? LocalFailure.NotConnected($"the connection to {service} failed: {why}");

    public DkmException Deadline() => new(
        ErrorKind.DeadlineExceeded,
        Reasons.Deadline,
        last is { } failure ? $"{service} did not answer in time: {failure.Message}" : $"{service} did not answer in time");

    public DkmException Unreachable(SocketException exception) =>
        LocalFailure.NotConnected($"{service} does not answer: {exception.Message}", exception);

    public DkmException Timeout(TimeSpan timeout, Exception exception) =>
        LocalFailure.NotConnected($"{service} does not complete a connection within {timeout.TotalSeconds:0.###} s", exception);

    public DkmException Handshake(Exception exception) =>
        TlsAlert.RefusesCertificate(exception)
            ? CertificateRefused(exception)
            : LocalFailure.NotConnected($"{service} does not complete a TLS 1.3 handshake for HTTP/2: {exception.Message}", exception);

    /// <summary>
    /// The server ended the connection where its first frame should be. .NET's own servers on Linux send no alert when they refuse a certificate, so what is plain
    /// from our side is said plainly, and the rest as likely.
    /// </summary>
    public DkmException Silence(Exception? exception)
    {
        if (TlsAlert.RefusesCertificate(exception) || certificates is null)
        {
            return Keep(CertificateRefused(exception));
        }

        var (leaf, now) = (certificates.Leaf, time.GetUtcNow());
        return Keep(now < leaf.NotBefore || now >= leaf.NotAfter
            ? Rejection.OutOfTime(leaf.NotBefore, leaf.NotAfter, now, $"our certificate ({Own(certificates)})")
            : LocalFailure.NotConnected(
                $"{service} ended the connection right after the TLS handshake; most likely it does not accept the certificate of {Own(certificates)}", exception));
    }

    private static string Own(CertificateSource certificates) => SvidLeaf.Describe(certificates.Leaf);

    private DkmException CertificateRefused(Exception? exception) => certificates is null
        ? Rejection.Of(Reasons.CertificateRequired, $"{service} wants a certificate and was shown none", exception)
        : Rejection.Of($"{service} does not accept the certificate of {Own(certificates)}: unknown CA, or out of its time", exception);
}
