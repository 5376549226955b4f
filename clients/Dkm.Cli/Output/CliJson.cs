namespace Dkm.Cli.Output;

using System.Collections.Generic;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dkm.Cli.Access;
using Dkm.Cli.Backups;
using Dkm.Cli.Doctor;
using Dkm.Cli.Elevations;
using Dkm.Cli.Failures;
using Dkm.Cli.Groups;
using Dkm.Cli.Keys;
using Dkm.Cli.Pki;
using Dkm.Cli.Protection;
using Dkm.Cli.Recovery;
using Dkm.Cli.Rings;

/// <summary>All that <c>--output json</c> can say. Names in snake_case, as in the contract and in config.json; nothing that is not there.</summary>
[JsonSerializable(typeof(Failure.Envelope))]
[JsonSerializable(typeof(GroupView))]
[JsonSerializable(typeof(List<GroupView>))]
[JsonSerializable(typeof(RingView))]
[JsonSerializable(typeof(List<RingView>))]
[JsonSerializable(typeof(RingStatusView))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(List<KeyView>))]
[JsonSerializable(typeof(List<RecoveryView>))]
[JsonSerializable(typeof(BackupView))]
[JsonSerializable(typeof(RestoreView))]
[JsonSerializable(typeof(AccessView))]
[JsonSerializable(typeof(ProtectedView))]
[JsonSerializable(typeof(OpenedView))]
[JsonSerializable(typeof(DataKeyView))]
[JsonSerializable(typeof(EnvelopeView))]
[JsonSerializable(typeof(IdentityView))]
[JsonSerializable(typeof(List<IdentityView>))]
[JsonSerializable(typeof(DoctorView))]
[JsonSerializable(typeof(ElevationView))]
[JsonSerializable(typeof(List<ElevationView>))]
[JsonSerializable(typeof(CredentialView))]
[JsonSerializable(typeof(DeletedView))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>The relaxed encoder escapes what JSON must; this is not put into a web page.</summary>
    public static CliJson Form { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
