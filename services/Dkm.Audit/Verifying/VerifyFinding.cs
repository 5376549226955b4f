namespace Dkm.Audit;

/// <summary>The first thing that is wrong with a log.</summary>
/// <param name="Index">The first record that is missing, changed or reordered.</param>
/// <param name="Before">If it cannot be told more closely: it is one from <paramref name="Index"/> to before this; else the record after it.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Text">One line for people.</param>
public sealed record VerifyFinding(long Index, long Before, RecordFault Kind, string Text);
