namespace Dkm.Hosting;

/// <summary>A part of the process that may not be ready to serve.</summary>
public interface IReadiness
{
    /// <summary>Short, such as <c>store</c> or <c>policy</c>.</summary>
    string Name { get; }

    bool Ready { get; }

    /// <summary>
    /// Ready, and yet it could not confirm for a while that what it holds is the newest. It goes on serving what it may; gRPC health says NOT_SERVING, so that who has the choice
    /// goes elsewhere.
    /// </summary>
    bool IsCutOff => false;

    /// <summary>Why it is not ready, or a note where it is, for people; null where all is well.</summary>
    string? Why { get; }
}
