namespace Dkm.Cli;

using System.CommandLine;
using Dkm.Cli.Access;
using Dkm.Cli.Backups;
using Dkm.Cli.Dev;
using Dkm.Cli.Doctor;
using Dkm.Cli.Elevations;
using Dkm.Cli.Groups;
using Dkm.Cli.Keys;
using Dkm.Cli.Parsing;
using Dkm.Cli.Pki;
using Dkm.Cli.Protection;
using Dkm.Cli.Recovery;
using Dkm.Cli.Rings;

/// <summary>All that <c>dkm</c> knows. What is not built is not here.</summary>
internal static class CommandTree
{
    public static RootCommand Create(CommandRunner runner, GlobalOptions options)
    {
        var root = new RootCommand("DKM: keep secrets encrypted so that only the members of a group can read them")
        {
            DevCommand.Create(runner),
            GroupCommands.Create(runner),
            RingCommands.Create(runner),
            KeyCommands.Create(runner),
            ElevationCommands.Create(runner),
        };
        foreach (var command in ProtectionCommands.Create(runner))
        {
            root.Add(command);
        }

        root.Add(EnvelopeCommands.Create(runner));
        root.Add(AccessCommands.Create(runner));
        root.Add(BackupCommands.Backup(runner));
        root.Add(BackupCommands.Restore(runner));
        root.Add(RecoveryCommands.Recover(runner));
        root.Add(PkiCommands.Create(runner));
        root.Add(DoctorCommand.Create(runner));
        options.AddTo(root);
        Help.Extend(root);
        return root;
    }
}
