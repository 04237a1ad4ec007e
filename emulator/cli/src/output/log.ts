import type { Log } from '@lazurite/runtime';
import { destination, pino } from 'pino';

export interface LogOptions {
  /** Coloured lines for a person rather than JSON for a program. */
  readonly isColourful: boolean;
  readonly level: 'debug' | 'info';
}

const STDERR = 2;

/** The log of the whole stack, on stderr: stdout belongs to what a script reads. */
export async function createLog({ isColourful, level }: LogOptions): Promise<Log> {
  const log: Log = pino({ level }, isColourful ? await prettyStream() : destination(STDERR));
  return log;
}

async function prettyStream() {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: STDERR, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' });
}
