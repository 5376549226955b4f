namespace Dkm.Cli.Rings;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Parsing;
using Dkm.KeyRing.V1;

/// <summary>
/// What <c>bind</c> and <c>unbind</c> make of a ring's bindings. Pure. Binding adds, so that nobody loses a permission by being given another one; a binding of
/// a deleted group gives nobody anything and goes when its name is bound again.
/// </summary>
internal static class BindingChange
{
    public static IEnumerable<Binding> Add(IEnumerable<Binding> current, IEnumerable<BindingArgument> added)
    {
        var next = current.ToList();
        foreach (var argument in added)
        {
            var at = next.FindIndex(binding => binding.Group == argument.Group && !binding.GroupDeleted);
            if (at < 0)
            {
                next.RemoveAll(binding => binding.Group == argument.Group);
                next.Add(argument.ToMessage());
            }
            else
            {
                next[at] = With(next[at], next[at].Permissions.Union(argument.Permissions));
            }
        }

        return next;
    }

    public static IEnumerable<Binding> Remove(IEnumerable<Binding> current, UnbindingArgument what) => current
        .Select(binding => binding.Group != what.Group ? binding : With(binding, Left(binding, what)))
        .Where(binding => binding.Permissions.Count > 0);

    /// <summary>Whether there is nothing of it to take away.</summary>
    public static bool IsIdle(IEnumerable<Binding> current, UnbindingArgument what) => current
        .Where(binding => binding.Group == what.Group)
        .All(binding => Left(binding, what).Count() == binding.Permissions.Count);

    public static bool Holds(IEnumerable<Binding> current, string group) =>
        current.Any(binding => binding.Group == group && binding.Permissions.Contains(Permission.Hold));

    private static IEnumerable<Permission> Left(Binding binding, UnbindingArgument what) =>
        what.Permissions.Count == 0 ? [] : binding.Permissions.Except(what.Permissions);

    private static Binding With(Binding binding, IEnumerable<Permission> permissions)
    {
        var changed = new Binding { Group = binding.Group, GroupUid = binding.GroupUid };
        changed.Permissions.AddRange(permissions.Order());
        return changed;
    }
}
