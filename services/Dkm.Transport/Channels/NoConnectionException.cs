namespace Dkm.Transport;

using System.IO;
using Dkm.Core;

/// <summary>No connection came about, so nothing of the call has left this process: another replica may be asked, whatever the call is.</summary>
internal sealed class NoConnectionException : IOException
{
    public NoConnectionException(DkmException why)
        : base(why.Message, why)
    {
    }
}
