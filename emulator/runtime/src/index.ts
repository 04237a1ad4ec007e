export { type Clock, sleep, systemClock, type Timer } from './clock.ts';
export { releaseMemoryWhenIdle } from './idle-memory.ts';
export { type Closeable, Shutdown, startOrUndo } from './lifecycle.ts';
export { type Log, silentLog } from './log.ts';
export { makeFolder, makeFolderSync } from './make-folder.ts';
export { type Randomness, type SeededRandomness, seededRandomness, systemRandomness } from './randomness.ts';
export { VirtualClock } from './virtual-clock.ts';
export { writeDurably } from './write-durably.ts';
