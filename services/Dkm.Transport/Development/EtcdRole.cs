namespace Dkm.Transport;

/// <summary>What a certificate of a development etcd is for.</summary>
public enum EtcdRole
{
    /// <summary>A member: server for clients and members, client of the other members.</summary>
    Member,

    /// <summary>A client. Its common name is its user in etcd's eyes.</summary>
    Client,
}
