namespace Dkm.Core;

using System;
using System.Security.Cryptography;

/// <summary>The one source of chance.</summary>
public static class KernelRandom
{
    public static void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
