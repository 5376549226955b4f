namespace Dkm.Hosting;

/// <summary>One row of the table that says who may call what.</summary>
/// <param name="FullMethod"><c>/package.Service/Method</c>.</param>
/// <param name="Classes">Which callers it is for at all.</param>
/// <param name="Requirement">What such a caller must have besides.</param>
/// <param name="Words">The same for people, as <c>docs/permissions.md</c> says it.</param>
public sealed record MethodRule(string FullMethod, CallerClasses Classes, Requirement Requirement, string Words);
