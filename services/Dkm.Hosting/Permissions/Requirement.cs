namespace Dkm.Hosting;

/// <summary>What a caller of the right class must have besides.</summary>
public enum Requirement
{
    /// <summary>Nothing more: the class says it all, or the answer concerns the caller alone.</summary>
    None,

    /// <summary>Membership in <c>dkm-admins</c>. Judged before the endpoint is called.</summary>
    Administrator,

    /// <summary>
    /// As <see cref="Administrator"/>, by the policy that is there, however old: for what only tells how the process is, or ends a refusal of the store by writing back what is held. Both are wanted when
    /// nothing can be confirmed, and Access itself confirms no policy on a store that it refuses.
    /// </summary>
    AdministratorAsKnown,

    /// <summary>
    /// What the ring's bindings say, which only the endpoint can look up. It calls <see cref="Caller.Demand"/> or <see cref="Caller.Accept"/>; a call
    /// that would end well without that is answered with INTERNAL, so that a forgotten check shows in the first test and not in an audit.
    /// </summary>
    Ring,

    /// <summary>As <see cref="Ring"/>: what the petition says, of who made it and who may approve it.</summary>
    Petition,

    /// <summary>As <see cref="Ring"/>, but item by item or ring by ring inside the call, so that the call as a whole may end well without one.</summary>
    EachRing,
}
