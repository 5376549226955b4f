namespace Dkm.Core;

/// <summary>The closed set of ways in which something can go wrong. Numbers are those of <c>google.rpc.Code</c>.</summary>
public enum ErrorKind
{
    /// <summary>The caller's input is at fault; the field is named.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed.</summary>
    DeadlineExceeded = 4,

    /// <summary>It does not exist, and the caller may know that.</summary>
    NotFound = 5,

    /// <summary>It exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller lacks a permission.</summary>
    PermissionDenied = 7,

    /// <summary>A limit was reached.</summary>
    ResourceExhausted = 8,

    /// <summary>The system's state does not allow it; the reason says which.</summary>
    FailedPrecondition = 9,

    /// <summary>A race was lost; read again and decide again.</summary>
    Aborted = 10,

    /// <summary>Ours: a trace id and nothing more is told.</summary>
    Internal = 13,

    /// <summary>Try again later. The only kind that is retried.</summary>
    Unavailable = 14,

    /// <summary>Nobody knows who the caller is.</summary>
    Unauthenticated = 16,
}
