import module, { enableCompileCache } from 'node:module';

// The entry point of the worker process: the one module of this package that acts when it is imported. The cache
// serves only what is imported after it was turned on.
enableCompileCache();
// Stacks of built TypeScript name the source. The maps of packages are read when a file is loaded: those of a large SDK
// alone cost 40 ms. Node 22.13 cannot leave them out.
if (module.setSourceMapsSupport) module.setSourceMapsSupport(true, { nodeModules: false });
else process.setSourceMapsEnabled(true);
const [{ releaseMemoryWhenIdle, systemClock, systemRandomness }, { startWorker }] = await Promise.all([
  import('@lazurite/runtime'),
  import('./worker.ts'),
]);
releaseMemoryWhenIdle(systemClock);
startWorker(process, { clock: systemClock, randomness: systemRandomness });
