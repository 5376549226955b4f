namespace Dkm.KeyRing.Rings;

using System;
using System.Buffers.Text;
using System.Text;
using Dkm.Core;

/// <summary>Page sizes and page tokens (AIP-158). A token says where the page before ended and is opaque to callers.</summary>
internal static class Paging
{
    public static int Size(int asked) => asked switch
    {
        0 => 100,
        > 0 and <= 1000 => asked,
        _ => throw DkmException.Invalid("page_size", Reasons.InvalidField, "page_size is 1 to 1,000, or 0 for 100"),
    };

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
