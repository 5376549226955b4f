namespace Dkm.Core;

/// <summary>The stable words of <see cref="DkmException.Reason"/> and of <c>google.rpc.ErrorInfo</c>. Never renamed, only added to.</summary>
public static class Reasons
{
    /// <summary>The domain of every <c>ErrorInfo</c>.</summary>
    public const string Domain = "dkm";

    public const string InvalidField = "INVALID_FIELD";
    public const string Required = "REQUIRED";
    public const string TooLong = "TOO_LONG";
    public const string TooMany = "TOO_MANY";
    public const string BelowFloor = "BELOW_FLOOR";
    public const string Malformed = "MALFORMED";
    public const string UnknownSuite = "UNKNOWN_SUITE";
    public const string UnknownFlags = "UNKNOWN_FLAGS";
    public const string SegmentedNotSupported = "SEGMENTED_NOT_SUPPORTED";
    public const string CannotOpen = "CANNOT_OPEN";
    public const string OtherRing = "OTHER_RING";
    public const string SuiteNotRead = "SUITE_NOT_READ";
    public const string KeyState = "KEY_STATE";
    public const string KeyInUse = "KEY_IN_USE";
    public const string ConfirmHolders = "CONFIRM_HOLDERS";
    public const string KeyUnknownOrNotYours = "KEY_UNKNOWN_OR_NOT_YOURS";
    public const string NoPrimary = "NO_PRIMARY";
    public const string LeaseEnded = "LEASE_ENDED";
    public const string PolicyStale = "POLICY_STALE";
    public const string NotReady = "NOT_READY";
    public const string NotConnected = "NOT_CONNECTED";
    public const string PermissionMissing = "PERMISSION_MISSING";
    public const string MemberOfBoundGroup = "MEMBER_OF_BOUND_GROUP";
    public const string NotBound = "NOT_BOUND";
    public const string Administrator = "ADMINISTRATOR";
    public const string AdministratorsOnly = "ADMINISTRATORS_ONLY";
    public const string CallerClass = "CALLER_CLASS";
    public const string HumansHoldNoKeys = "HUMANS_HOLD_NO_KEYS";
    public const string RingNotServed = "RING_NOT_SERVED";
    public const string IdentityClassMismatch = "IDENTITY_CLASS_MISMATCH";
    public const string CertificateRequired = "CERTIFICATE_REQUIRED";
    public const string CertificateRejected = "CERTIFICATE_REJECTED";
    public const string CertificateExpired = "CERTIFICATE_EXPIRED";
    public const string CertificateDenied = "CERTIFICATE_DENIED";
    public const string ServerIdentity = "SERVER_IDENTITY";
    public const string CertificateFiles = "CERTIFICATE_FILES";
    public const string TrustFiles = "TRUST_FILES";
    public const string HomeConfiguration = "HOME_CONFIGURATION";
    public const string Unimplemented = "UNIMPLEMENTED";
    public const string Cancelled = "CANCELLED";
    public const string NotFound = "NOT_FOUND";
    public const string AlreadyExists = "ALREADY_EXISTS";
    public const string RequestIdReused = "REQUEST_ID_REUSED";
    public const string EtagMismatch = "ETAG_MISMATCH";
    public const string LostRace = "LOST_RACE";
    public const string BuiltInGroup = "BUILT_IN_GROUP";
    public const string LastAdministrator = "LAST_ADMINISTRATOR";
    public const string WrongKind = "WRONG_KIND";
    public const string TooManyBytes = "TOO_MANY_BYTES";
    public const string TooManyCalls = "TOO_MANY_CALLS";
    public const string TooManyConnections = "TOO_MANY_CONNECTIONS";
    public const string TooManyStreams = "TOO_MANY_STREAMS";
    public const string StreamIdle = "STREAM_IDLE";
    public const string Deadline = "DEADLINE";
    public const string OutcomeUnknown = "OUTCOME_UNKNOWN";
    public const string StoreUnavailable = "STORE_UNAVAILABLE";
    public const string StoreRefused = "STORE_REFUSED";
    public const string NothingToRecover = "NOTHING_TO_RECOVER";
    public const string BackupInvalid = "BACKUP_INVALID";
    public const string RevisionGone = "REVISION_GONE";
    public const string NotAwaitingRestore = "NOT_AWAITING_RESTORE";
    public const string StoreNotEmpty = "STORE_NOT_EMPTY";
    public const string StoreInUse = "STORE_IN_USE";
    public const string StoreInsecure = "STORE_INSECURE";
    public const string RootUnavailable = "ROOT_UNAVAILABLE";
    public const string RootDenied = "ROOT_DENIED";
    public const string UpgradeInProgress = "UPGRADE_IN_PROGRESS";
    public const string ShuttingDown = "SHUTTING_DOWN";
    public const string Internal = "INTERNAL";
}
