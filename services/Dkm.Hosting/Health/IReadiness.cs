namespace Dkm.Hosting;

/// <summary>A part of the process that may not be ready to serve.</summary>
public interface IReadiness
{
    /// <summary>Short, such as <c>store</c> or <c>policy</c>.</summary>
    string Name { get; }

    bool Ready { get; }

    /// <summary>Why it is not ready, for people; null where it is.</summary>
    string? Why { get; }
}
