import { enableCompileCache } from 'node:module';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startWorker } from './worker.ts';

// The entry point of the worker process: the one module of this package that acts when it is imported.
enableCompileCache();
startWorker(process, { clock: systemClock, randomness: systemRandomness, log: silentLog });
