namespace Dkm.Storage;

using System;
using Grpc.Core;

/// <summary>A call to one member that failed. Never leaves this folder.</summary>
internal sealed class EtcdCallException : Exception
{
    public EtcdCallException(EtcdFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    public EtcdFailure Failure { get; }

    /// <summary>The member's answer, if it was one.</summary>
    public StatusCode? Code => (InnerException as RpcException)?.StatusCode;

    /// <summary>True for an answer of that code with that text.</summary>
    public bool Says(StatusCode code, string text) => Code == code && Message.Contains(text, StringComparison.Ordinal);
}
