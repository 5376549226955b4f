namespace Dkm.Cli.Failures;

using Dkm.Core;

/// <summary>What a command is about to try, so that a denial can say what was missing.</summary>
/// <param name="Service">Whom it asks.</param>
/// <param name="Permission">The permission on a ring that it needs; null for what administrators do.</param>
/// <param name="Ring">The ring, if it is known.</param>
internal sealed record Attempt(DkmService Service, string? Permission, string? Ring)
{
    private readonly string? look;

    /// <summary>The flag that chose where it is done, <c>--local</c> or <c>--remote</c>; null if none did.</summary>
    public string? Way { get; init; }

    /// <summary>Whether the permission leads to key material or through it: then no human ever has it.</summary>
    public bool IsAboutKeys => Permission is "encrypt" or "decrypt" or "hold";

    /// <summary>The command that shows what there is, for who asked for what there is not.</summary>
    public string Look
    {
        get => look ?? (Service == DkmService.Access ? "dkm group list" : "dkm ring list");
        init => look = value;
    }

    public static Attempt Administration(DkmService service) => new(service, null, null);
}
