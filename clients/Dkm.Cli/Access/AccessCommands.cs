namespace Dkm.Cli.Access;

using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.KeyRing.V1;

/// <summary><c>dkm access check</c></summary>
internal static class AccessCommands
{
    public static Command Create(CommandRunner runner) => new("access", "Who may do what, and why") { Check(runner) };

    private static Command Check(CommandRunner runner)
    {
        var identity = new Argument<string>("SPIFFE-ID") { Description = "Whose access" };
        var ring = new Argument<string>("RING") { Description = "On which ring" };
        var permission = new Argument<Permission>("PERMISSION")
        {
            Description = "encrypt, decrypt, hold, decrypt_compromised, manage or destroy",
            HelpName = "PERMISSION",
            CustomParser = Values.ToPermission,
        };
        var command = new Command("check", "Decide as a real call would, and say why. Exit code 0 if allowed, 3 if not") { identity, ring, permission };
        command.SetAction(runner.Action((parse, session, cancellationToken) => CheckAsync(
            session, parse.GetRequiredValue(identity), parse.GetRequiredValue(ring), parse.GetValue(permission), cancellationToken)));
        return command;
    }

    private static async Task<int> CheckAsync(
        Session session, string identity, string ring, Permission permission, CancellationToken cancellationToken)
    {
        session.Attempt = new Attempt(DkmService.KeyRing, "manage", ring);
        var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
        var request = new CheckAccessRequest { Identity = identity, KeyRing = ring, Permission = permission };
        var answer = await rings.CheckAccessAsync(request, session.Options(cancellationToken));
        var view = new AccessView
        {
            Identity = identity,
            KeyRing = ring,
            Permission = PermissionWords.Of(permission),
            Allowed = answer.Allowed,
            Reason = answer.Reason,
            Explanation = answer.Explanation,
            Group = answer.Group.Length == 0 ? null : answer.Group,
        };
        session.Printer.Show(view, CliJson.Form.AccessView, shown => shown.ToText());
        return answer.Allowed ? ExitCode.Ok : ExitCode.Denied;
    }
}
