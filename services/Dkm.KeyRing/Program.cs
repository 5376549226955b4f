using Dkm.Hosting;
using Dkm.KeyRing;

return await ServiceProgram.RunAsync(args, KeyRingOptionsReader.Read, (options, time) => KeyRingServer.Create(options, time));
