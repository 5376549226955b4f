namespace Dkm.Hosting;

using System;
using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

/// <summary>A status as the headers of an answer that has nothing else ("trailers-only").</summary>
internal static class GrpcStatus
{
    private const string Code = "grpc-status";

    public static bool Is(StatusCode code, IHeaderDictionary headers) => headers[Code] == Text(code);

    public static void Write(RpcException status, IHeaderDictionary headers)
    {
        headers[Code] = Text(status.StatusCode);

        // Percent-encoded by the protocol; a space may stay.
        headers["grpc-message"] = Uri.EscapeDataString(status.Status.Detail).Replace("%20", " ", StringComparison.Ordinal);
        foreach (var entry in status.Trailers)
        {
            headers[entry.Key] = entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;
        }
    }

    private static string Text(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
