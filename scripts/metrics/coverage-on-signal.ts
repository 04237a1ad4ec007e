// Preloaded into the processes that `request-way.ts` watches: writes what ran since the last signal, and starts anew.
import { takeCoverage } from 'node:v8';

process.on('SIGUSR2', () => takeCoverage());
