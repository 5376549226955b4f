namespace Dkm.Audit;

using System;

/// <summary>A change that was announced, and of which the log does not say yet what became of it.</summary>
/// <param name="Operation">Its operation id.</param>
/// <param name="Index">The record that announces it.</param>
public readonly record struct OpenIntent(UInt128 Operation, long Index);
