namespace Dkm.UnitTests.ApprovalModel;

internal enum ModelCommandKind
{
    Approve,
    Deny,
    Cancel,
    Revoke,
    Issue,
    Settle,
}
