namespace Dkm.Hosting;

using System.Collections.Generic;
using Dkm.Core;

internal static class CallerClassesExtensions
{
    public static CallerClasses Classes(this SpiffeId id) => id.Class switch
    {
        IdentityClass.Workload => CallerClasses.Workload,
        IdentityClass.Human => CallerClasses.Human,
        IdentityClass.Elevated => CallerClasses.Elevated,
        IdentityClass.Service => id.Service switch
        {
            DkmService.Access => CallerClasses.Access,
            DkmService.KeyRing => CallerClasses.KeyRing,
            DkmService.Crypto => CallerClasses.Crypto,
            _ => CallerClasses.None,
        },
        _ => CallerClasses.None,
    };

    /// <summary>For people: <c>workloads, humans</c>.</summary>
    public static string Words(this CallerClasses classes)
    {
        if (classes == CallerClasses.All)
        {
            return "every identity";
        }

        var words = new List<string>();
        Add(CallerClasses.Workload, "workloads");
        Add(CallerClasses.Human, "humans");
        Add(CallerClasses.Elevated, "elevated identities");
        Add(CallerClasses.Access, "service access");
        Add(CallerClasses.KeyRing, "service keyring");
        Add(CallerClasses.Crypto, "service crypto");
        return string.Join(", ", words);

        void Add(CallerClasses one, string word)
        {
            if ((classes & one) != 0)
            {
                words.Add(word);
            }
        }
    }
}
