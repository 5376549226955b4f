namespace Dkm.Storage;

using System;
using System.IO;

/// <summary>No connection came about, so nothing of the call has left this process.</summary>
internal sealed class EtcdUnreachableException : IOException
{
    public EtcdUnreachableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
