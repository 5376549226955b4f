namespace Dkm.Transport;

using Dkm.Core;

/// <summary>What was found about a peer under one state of trust. It stands as long as that state does.</summary>
/// <param name="Trust">The state it was found under.</param>
/// <param name="Bundle">The bundle that the chain was checked against.</param>
/// <param name="Refusal">Null if the peer is accepted. A new exception is made of it for each call.</param>
internal sealed record PeerVerdict(TrustSnapshot Trust, TrustBundle? Bundle, DkmException? Refusal);
