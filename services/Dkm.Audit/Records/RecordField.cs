namespace Dkm.Audit;

/// <summary>The tags of a record's fields. Numbers are for ever; fields stand in their order.</summary>
internal enum RecordField : byte
{
    Identity = 1,
    Person = 2,
    Elevation = 3,
    Ticket = 4,
    Action = 5,
    Ring = 6,
    Subject = 7,
    Key = 8,
    Context = 9,
    Reason = 10,
    Trace = 11,
    Operation = 12,
    Body = 13,
    Count = 14,
    Refused = 15,
    Items = 16,
}
