namespace Dkm.Audit;

using System;

/// <summary>
/// A write or a flush failed. What the disk holds after that is not known (a second flush that succeeds proves nothing, since the pages of the first may
/// have been dropped), so the log takes nothing until the process starts anew and reads it.
/// </summary>
internal sealed class BrokenLogException(string message, Exception cause) : Exception(message, cause);
