import module, { enableCompileCache } from 'node:module';

// The entry point of the worker process: the one module of this package that acts when it is imported. The cache
// serves only what is imported after it was turned on.
enableCompileCache();
const [{ releaseMemoryWhenIdle, systemClock, systemRandomness }, { startWorker }] = await Promise.all([
  import('@lazurite/runtime'),
  import('./worker.ts'),
]);
// Stacks of the app's built TypeScript name the source. A map is read when its file is loaded: those of a large package
// (@azure/cosmos: 75 ms of CPU) and of this host would only delay the start. Node 22.13 cannot leave packages out.
if (module.setSourceMapsSupport) module.setSourceMapsSupport(true, { nodeModules: false });
else process.setSourceMapsEnabled(true);
releaseMemoryWhenIdle(systemClock);
startWorker(process, { clock: systemClock, randomness: systemRandomness });
