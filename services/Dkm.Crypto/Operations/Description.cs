namespace Dkm.Crypto.Operations;

using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Keys;
using Dkm.Crypto.Rings;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using WireState = Dkm.KeyRing.V1.Key.Types.State;

/// <summary>Says what an envelope is: what it says itself to anyone, whose it is to those who are bound to its ring.</summary>
internal sealed class Description(RingDirectory rings, Judge judge, System.TimeProvider time)
{
    private const int SuiteOffset = 4;
    private const int FlagsOffset = 5;
    private const int KeyIdOffset = 6;

    public async Task<DescribeEnvelopeResponse> DescribeAsync(ByteString envelope, Caller caller, CancellationToken cancellationToken)
    {
        var (answer, id) = Read(envelope);
        var found = rings.TryFind(id, out var held) ? held : await rings.FetchAsync(caller.Id, id, cancellationToken);
        if (found is { } key && judge.MaySee(caller, key.Ring))
        {
            answer.KeyRing = key.Ring.Name;
            answer.KeyState = ToWire(KeyStates.At(key.Key.Facts, time.GetUtcNow()));
            answer.KeyActivateTime = Timestamp.FromDateTimeOffset(key.Key.Facts.ActivateTime);
        }

        return answer;
    }

    private static (DescribeEnvelopeResponse Answer, KeyId Id) Read(ByteString envelope)
    {
        try
        {
            var header = Envelope.ReadHeader(envelope.Span);
            var answer = new DescribeEnvelopeResponse
            {
                Suite = (int)header.Suite,
                KeyId = header.KeyId.ToString(),
                Segmented = header.Flags.HasFlag(EnvelopeFlags.Segmented),
                PlaintextLength = header.PlaintextLength,
            };
            return (answer, header.KeyId);
        }
        catch (DkmException e) when (e.Reason is Reasons.UnknownSuite or Reasons.SegmentedNotSupported && envelope.Length >= KeyIdOffset + KeyId.Size)
        {
            // Not ours to open, but the first 22 bytes are the same in every suite.
            var id = KeyId.Read(envelope.Span.Slice(KeyIdOffset, KeyId.Size));
            var answer = new DescribeEnvelopeResponse
            {
                Suite = envelope[SuiteOffset],
                KeyId = id.ToString(),
                Segmented = (envelope[FlagsOffset] & (byte)EnvelopeFlags.Segmented) != 0,
            };
            return (answer, id);
        }
    }

    private static WireState ToWire(KeyState state) => state switch
    {
        KeyState.Pending => WireState.Pending,
        KeyState.Active => WireState.Active,
        KeyState.Archived => WireState.Archived,
        KeyState.Disabled => WireState.Disabled,
        KeyState.Compromised => WireState.Compromised,
        KeyState.DestroyScheduled => WireState.DestroyScheduled,
        KeyState.Destroyed => WireState.Destroyed,
        _ => WireState.Unspecified,
    };
}
