import { enableCompileCache } from 'node:module';

// The entry point of the worker process: the one module of this package that acts when it is imported. The cache
// serves only what is imported after it was turned on.
enableCompileCache();
// Stacks of built TypeScript name the source.
process.setSourceMapsEnabled(true);
const [{ releaseMemoryWhenIdle, systemClock, systemRandomness }, { startWorker }] = await Promise.all([
  import('@lazurite/runtime'),
  import('./worker.ts'),
]);
releaseMemoryWhenIdle(systemClock);
startWorker(process, { clock: systemClock, randomness: systemRandomness });
