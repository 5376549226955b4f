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

    /// <summary>
    /// The quota is used up. Most often nothing was done; but the write that meets the quota where it is applied has been done when etcd says so (quotaApplierV3, in every
    /// version), and in the same breath raises the alarm that stops all others.
    /// </summary>
    public bool SaysFull => Says(StatusCode.ResourceExhausted, "database space exceeded");

    /// <summary>True for an answer of that code with that text.</summary>
    public bool Says(StatusCode code, string text) => Code == code && Message.Contains(text, StringComparison.Ordinal);
}
