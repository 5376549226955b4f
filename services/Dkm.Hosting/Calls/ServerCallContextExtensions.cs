namespace Dkm.Hosting;

using System;
using Grpc.Core;

public static class ServerCallContextExtensions
{
    /// <summary>Who makes this call. Only methods mapped by <c>MapDkmService</c> have one.</summary>
    public static Caller GetCaller(this ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetHttpContext().Features.Get<Caller>()
            ?? throw new InvalidOperationException("the method was not mapped by MapDkmService");
    }
}
