namespace Dkm.Hosting;

using System;

/// <summary>Which callers a method is for at all. Services are told apart: what KeyRing may do, Crypto may not.</summary>
[Flags]
public enum CallerClasses
{
    None = 0,
    Workload = 1,
    Human = 2,
    Elevated = 4,
    Access = 8,
    KeyRing = 16,
    Crypto = 32,
    All = Workload | Human | Elevated | Access | KeyRing | Crypto,
}
