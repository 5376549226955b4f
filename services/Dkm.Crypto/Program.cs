using Dkm.Crypto;
using Dkm.Hosting;

return await ServiceProgram.RunAsync(args, CryptoOptionsReader.Read, CryptoServer.Create);
