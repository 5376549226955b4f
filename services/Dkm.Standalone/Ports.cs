namespace Dkm.Standalone;

using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using Dkm.Core;
using Dkm.Transport;

/// <summary>Four ports of the loopback address.</summary>
internal sealed record Ports(int Access, int KeyRing, int Crypto, int Health)
{
    public const string InUseReason = "PORT_IN_USE";

    private static readonly Ports Usual = new(8443, 8444, 8445, 8081);

    /// <exception cref="DkmException">One that was asked for is in use.</exception>
    public static Ports Choose(int? first, HomeConfiguration? last)
    {
        if (first == 0)
        {
            return Last(last) is { } before && before.InUse() is null ? before : Free();
        }

        var chosen = first is { } one ? new Ports(one, one + 1, one + 2, one + 3) : Usual;
        return chosen.InUse() is not { } taken
            ? chosen
            : throw new DkmException(
                ErrorKind.FailedPrecondition,
                InUseReason,
                $"port {taken} of 127.0.0.1 is in use by another program");
    }

    public Uri AccessAddress => Address(Access);

    public Uri KeyRingAddress => Address(KeyRing);

    public Uri CryptoAddress => Address(Crypto);

    public Uri HealthAddress => new($"http://127.0.0.1:{Health}");

    private static Uri Address(int port) => new($"https://127.0.0.1:{port}");

    /// <summary>Whoever was connected finds the services again after a restart.</summary>
    private static Ports? Last(HomeConfiguration? last) =>
        last is { Access: [var access], KeyRing: [var keyRing], Crypto: [var crypto], Health: { } health }
            ? new Ports(access.Port, keyRing.Port, crypto.Port, health.Port)
            : null;

    /// <summary>All four are held at once, so that the kernel gives four different ones.</summary>
    private static Ports Free()
    {
        var listeners = new List<TcpListener>();
        try
        {
            while (listeners.Count < 4)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listeners.Add(listener);
                listener.Start();
            }

            var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
            return new Ports(ports[0], ports[1], ports[2], ports[3]);
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    private int? InUse()
    {
        foreach (var port in (ReadOnlySpan<int>)[Access, KeyRing, Crypto, Health])
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                return port;
            }
        }

        return null;
    }
}
