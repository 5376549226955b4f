namespace Dkm.Core;

using System;

/// <summary>
/// The one exception that crosses the seams of DKM. One interceptor maps it to a gRPC status, one maps it back.
/// Argument mistakes inside the process stay CLR exceptions.
/// </summary>
public sealed class DkmException : Exception
{
    /// <param name="kind">What kind of trouble.</param>
    /// <param name="reason">A stable word in UPPER_SNAKE_CASE, one of <see cref="Reasons"/>.</param>
    /// <param name="message">For people. Never a key, a plaintext or a context value.</param>
    /// <param name="field">The path of the request's field at fault, such as <c>context[2].key</c>.</param>
    /// <param name="innerException">What caused it; stays in the process.</param>
    public DkmException(ErrorKind kind, string reason, string message, string? field = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Reason = reason;
        Field = field;
    }

    /// <summary>What kind of trouble.</summary>
    public ErrorKind Kind { get; }

    /// <summary>A stable word that programs may compare.</summary>
    public string Reason { get; }

    /// <summary>The request's field at fault, if one is.</summary>
    public string? Field { get; }

    /// <summary>Shorthand for the commonest one: input that names its field.</summary>
    public static DkmException Invalid(string field, string reason, string message) =>
        new(ErrorKind.InvalidArgument, reason, message, field);
}
