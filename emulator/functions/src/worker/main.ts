import { enableCompileCache } from 'node:module';
import { systemClock, systemRandomness } from '@lazurite/runtime';
import { startWorker } from './worker.ts';

// The entry point of the worker process: the one module of this package that acts when it is imported.
enableCompileCache();
// Stacks of built TypeScript name the source.
process.setSourceMapsEnabled(true);
startWorker(process, { clock: systemClock, randomness: systemRandomness });
