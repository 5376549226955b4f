namespace Dkm.Transport;

using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Text.Json.Serialization;

/// <summary>
/// Where the replicas of one service are: one https address for each, or one name that stands for several (DNS with several addresses). Compared by what is in it.
/// </summary>
[JsonConverter(typeof(ServiceAddressesConverter))]
public sealed class ServiceAddresses : IReadOnlyList<Uri>, IEquatable<ServiceAddresses>
{
    private readonly Uri[] addresses;

    /// <exception cref="ArgumentException">None, or one stands there twice.</exception>
    public ServiceAddresses(params IEnumerable<Uri> addresses)
    {
        this.addresses = [.. addresses];
        if (this.addresses.Length == 0 || this.addresses.Distinct().Count() != this.addresses.Length)
        {
            throw new ArgumentException("one address for each replica is needed, and none of them twice", nameof(addresses));
        }
    }

    public int Count => addresses.Length;

    public Uri this[int index] => addresses[index];

    [return: NotNullIfNotNull(nameof(address))]
    public static implicit operator ServiceAddresses?(Uri? address) => address is null ? null : new ServiceAddresses(address);

    [return: NotNullIfNotNull(nameof(address))]
    public static ServiceAddresses? FromUri(Uri? address) => address;

    public IEnumerator<Uri> GetEnumerator() => addresses.AsEnumerable().GetEnumerator();

    public bool Equals(ServiceAddresses? other) => other is not null && addresses.SequenceEqual(other.addresses);

    public override bool Equals(object? obj) => Equals(obj as ServiceAddresses);

    public override int GetHashCode() => addresses[0].GetHashCode();

    public override string ToString() => string.Join(", ", addresses.AsEnumerable());

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
