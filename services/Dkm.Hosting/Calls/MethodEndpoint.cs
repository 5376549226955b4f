namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading.Tasks;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

/// <summary>
/// One mapped method: what its calls need, worked out once at the start, and the little that is done before gRPC sees a call. Lies in the
/// endpoint's metadata, where the guard looks for it.
/// </summary>
internal sealed class MethodEndpoint
{
    private readonly string? defaultDeadline;
    private readonly bool streams;
    private readonly LimitOptions limits;
    private readonly CallErrors errors;
    private readonly RequestBytes bytes;

    public MethodEndpoint(MethodRule rule, IMethod method, LimitOptions limits, CallErrors errors, RequestBytes bytes)
    {
        this.limits = limits;
        this.errors = errors;
        this.bytes = bytes;
        streams = method.Type != MethodType.Unary;
        Rule = rule;
        OkTags = Tags(rule, StatusCode.OK);

        // A stream lives as long as its caller's identity; only an answer is owed at a time.
        defaultDeadline = streams ? null : string.Create(CultureInfo.InvariantCulture, $"{(long)limits.DefaultDeadline.TotalMilliseconds}m");
    }

    public MethodRule Rule { get; }

    /// <summary>The commonest tags of a measurement, made once.</summary>
    public KeyValuePair<string, object?>[] OkTags { get; }

    public static KeyValuePair<string, object?>[] Tags(MethodRule rule, StatusCode status) =>
    [
        new("rpc.system.name", "grpc"),
        new("rpc.method", rule.FullMethod[1..]),
        new("rpc.response.status_code", status.ToString()),
    ];

    /// <summary>
    /// Lets nobody reach gRPC, which reads and parses first, who may not call this method at all. Puts the caller where <c>GetCaller</c> finds her, a count
    /// around the body, and a deadline where there is none: gRPC then keeps it by itself (the token is cancelled, the answer is DEADLINE_EXCEEDED).
    /// </summary>
    public RequestDelegate Wrap(RequestDelegate next) => context =>
    {
        // No such feature means another listener than ours.
        if (context.Features.Get<PeerConnection>() is not { } connection)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var caller = new Caller(connection, this);
        try
        {
            CallGate.Admit(caller, streams);
        }
        catch (Exception exception)
        {
            errors.Refuse(exception, caller, context);
            return Task.CompletedTask;
        }

        context.Features.Set(caller);
        if (defaultDeadline is not null)
        {
            context.Request.Headers.TryAdd("grpc-timeout", defaultDeadline);
        }

        return RunAsync(caller, context, next);
    };

    private async Task RunAsync(Caller caller, HttpContext context, RequestDelegate next)
    {
        var body = new CountedBody(context.Request.BodyReader, caller.Connection!.Use!, bytes, limits.MaximumMessage, streams);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        try
        {
            await next(context);
            if (body.Refused && !caller.Arrived)
            {
                Telemetry.Failed(Rule, StatusCode.ResourceExhausted, TimeSpan.Zero);
            }
            else if (!caller.Arrived)
            {
                CallErrors.MendMalformed(caller, context);
            }
        }
        finally
        {
            body.Release();
            if (streams)
            {
                caller.Connection!.Use!.LeaveStream();
            }
            else
            {
                caller.Connection!.Use!.LeaveCall();
            }
        }
    }
}
