namespace Dkm.Testing.Storage;

using System.Text;
using System.Threading.Tasks;
using Dkm.Core;
using Xunit;

/// <content>A record that is read by itself.</content>
public abstract partial class ServiceStoreContract
{
    [Fact]
    public async Task Read_ARecordAsItIsHeld_ItsBody()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "keys/a", "one");

        Assert.Equal("one", Encoding.UTF8.GetString((await service.ReadAsync("keys/a", Token)).Span));
        await FailsAsync(() => service.ReadAsync("keys/b", Token), ErrorKind.Aborted, Reasons.LostRace);
    }

    [Fact]
    public async Task Read_RolledBackMovedOrForged_NeverItsBody()
    {
        var (service, _) = await OpenAsync();
        var first = await PutAsync(service, "keys/a", "old");
        var old = await RawAsync("keys/a");
        await PutAsync(service, "keys/a", "new", first.Number);
        await PutAsync(service, "keys/b", "other");

        await TamperAsync([("keys/a", old), ("keys/b", old)]);

        await FailsAsync(() => service.ReadAsync("keys/a", Token), ErrorKind.Aborted, Reasons.LostRace);
        await FailsAsync(() => service.ReadAsync("keys/b", Token), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
    }
}
