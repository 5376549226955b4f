namespace Dkm.Hosting;

using System;

/// <summary>What one server puts up with.</summary>
public sealed record LimitOptions
{
    /// <summary>4 MiB, which every gRPC client's default lets pass, and room for the frame around the largest plaintext with the largest context.</summary>
    public int MaximumMessage { get; init; } = (4 * 1024 * 1024) + (64 * 1024);

    /// <summary>A snapshot of the policy, between services only: about a million members over all groups.</summary>
    public const int MaximumPolicy = 64 * 1024 * 1024;

    public int Connections { get; init; } = 10_000;

    /// <summary>HTTP/2 streams at once on one connection. Kestrel cuts a connection that keeps resetting more than that (CVE-2023-44487).</summary>
    public int StreamsPerConnection { get; init; } = 256;

    /// <summary>An identity is a workload, not a process: a fleet of the same account shares it.</summary>
    public int ConnectionsPerIdentity { get; init; } = 2_000;

    /// <summary>Unary calls at once.</summary>
    public int CallsPerIdentity { get; init; } = 8_192;

    /// <summary>Bytes of requests under way, by the lengths that their messages tell first. Messages up to 4 KiB are not counted: the calls bound those.</summary>
    public int RequestBytesPerIdentity { get; init; } = 32 * 1024 * 1024;

    /// <summary>The same of all identities together. A parsed message takes several times its bytes.</summary>
    public int RequestBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>Streaming calls at once.</summary>
    public int StreamsPerIdentity { get; init; } = 2_000;

    /// <summary>For a unary call that brings no deadline of its own.</summary>
    public TimeSpan DefaultDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the client of a stream may say nothing: gRPC switches Kestrel's minimum data rate off for such streams.</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Kestrel has no such limit of its own; a connection would live as long as its process.</summary>
    public TimeSpan ConnectionAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From asking an old connection to close to cutting it.</summary>
    public TimeSpan ConnectionGrace { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the identity behind each open connection is judged again.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From SIGTERM to the end of the process.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How old the policy's confirmation may be for an administrative act to be decided by it.</summary>
    public TimeSpan AdministrationStaleness { get; init; } = TimeSpan.FromSeconds(5);
}
