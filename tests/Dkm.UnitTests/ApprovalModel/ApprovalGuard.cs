namespace Dkm.UnitTests.ApprovalModel;

using System;

/// <summary>What makes approvals worth something, one switch each: without any one of them the search finds a history that breaks a promise.</summary>
[Flags]
public enum ApprovalGuard
{
    None = 0,

    /// <summary>The requester never approves, whatever certificate she shows: her person counts.</summary>
    RequesterNeverApproves = 1,

    /// <summary>A person counts once over all levels, whatever certificate she shows.</summary>
    PersonCountsOnce = 2,

    /// <summary>An approver is in the level's group when she approves.</summary>
    MemberAtApproval = 4,

    /// <summary>She is still in it when the last approval counts.</summary>
    StillMember = 8,

    /// <summary>An approval is for the digest of the very petition.</summary>
    Digest = 16,

    /// <summary>A petition lapses.</summary>
    PendingEnd = 32,

    /// <summary>What has ended stays so.</summary>
    EndedStays = 64,

    /// <summary>A write compares the petition's record.</summary>
    RecordCompare = 128,

    /// <summary>A write compares the manifest: who is in which group is as it was when it was decided.</summary>
    ManifestCompare = 256,

    /// <summary>A process never goes by a time that it has seen the end of.</summary>
    SeenTime = 512,

    /// <summary>The highest time is in the store, for whoever starts anew.</summary>
    StoredTime = 1024,

    /// <summary>Only the requester gets a credential.</summary>
    RequesterOnly = 2048,

    /// <summary>The first key is the only one.</summary>
    FirstKeyFixed = 4096,

    /// <summary>The end is judged at every use.</summary>
    EndJudged = 8192,

    /// <summary>And by Access's time too, as it was heard.</summary>
    HeardTime = 16384,

    /// <summary>What a proposal changes is as it was when it was proposed.</summary>
    ObjectEtag = 32768,

    All = (2 * ObjectEtag) - 1,
}
