namespace Dkm.KeyRing.Rings;

using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;
using Dkm.Core;
using Google.Protobuf;
using Google.Protobuf.Collections;

/// <summary>Page sizes and page tokens (AIP-158). A token says where the page before ended and is opaque to callers.</summary>
internal static class Paging
{
    /// <summary>Half of a message: a page is cut before it fills one.</summary>
    public const int MaximumBytes = 2 * 1024 * 1024;

    public static int Size(int asked) => asked switch
    {
        0 => 100,
        > 0 and <= 1000 => asked,
        _ => throw DkmException.Invalid("page_size", Reasons.InvalidField, "page_size is 1 to 1,000, or 0 for 100"),
    };

    /// <summary>Adds items to a page while they fit, at least one.</summary>
    /// <returns>Whether some are left.</returns>
    public static bool Fill<T>(RepeatedField<T> page, IEnumerable<T> items, int size)
        where T : IMessage
    {
        var bytes = 0;
        foreach (var item in items)
        {
            if (page.Count == size || bytes > MaximumBytes)
            {
                return true;
            }

            bytes += item.CalculateSize();
            page.Add(item);
        }

        return false;
    }

    public static string Token(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <returns>Where to go on; empty for the first page.</returns>
    public static string Start(string token, Func<string, bool> isValid)
    {
        if (token.Length == 0)
        {
            return string.Empty;
        }

        try
        {
            var last = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
            return isValid(last) ? last : throw Refused();
        }
        catch (FormatException)
        {
            throw Refused();
        }
    }

    private static DkmException Refused() =>
        DkmException.Invalid("page_token", Reasons.InvalidField, "page_token is the next_page_token of the page before, and nothing else");
}
