import type { Clock, Log } from '@lazurite/runtime';
import type { Terminal } from '../terminal.ts';

export interface LogOptions {
  readonly clock: Clock;
  /** Debug lines too. */
  readonly verbose: boolean;
}

type Level = keyof Log;

/**
 * The log of the whole stack, on stderr: stdout belongs to what a script reads. One JSON object a line, or lines for a
 * person at a terminal. A logging library would cost the start more than everything else that the log does.
 */
export function createLog(terminal: Terminal, { clock, verbose }: LogOptions): Log {
  const format = terminal.isColourful ? toText : toJson;
  const write = (level: Level) => (fields: object, message: string) =>
    terminal.error(`${format({ level, time: new Date(clock.now()).toISOString(), message, fields })}\n`);
  return {
    debug: verbose ? write('debug') : () => undefined,
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

interface Entry {
  readonly level: Level;
  /** ISO 8601. */
  readonly time: string;
  readonly message: string;
  readonly fields: object;
}

function toJson({ fields, ...rest }: Entry): string {
  return JSON.stringify({ ...rest, ...fields }, (_, value: unknown) =>
    value instanceof Error ? described(value) : value,
  );
}

function described(error: Error): object {
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause ? { cause: error.cause } : {}),
  };
}

function toText({ level, time, message, fields }: Entry): string {
  const details = Object.entries(fields).map(([name, value]) =>
    value instanceof Error ? `\n${value.stack}` : ` ${name}=${JSON.stringify(value)}`,
  );
  return `[${time}] ${level}: ${message}${details.join('')}`;
}
