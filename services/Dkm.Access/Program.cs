using Dkm.Access;
using Dkm.Hosting;

return await ServiceProgram.RunAsync(args, AccessOptionsReader.Read, (options, time) => AccessService.Create(options, time));
