import { type HostEvent, paintFor } from '@lazurite/functions';
import { type Clock, sleep } from '@lazurite/runtime';
import { CommandError } from '../errors.ts';
import { showsColours } from '../output/colours.ts';
import { logFileIn } from '../output/open-console.ts';
import { toLines } from '../output/text-console.ts';
import { dataDirOf, findStack } from '../run-file.ts';
import type { Terminal } from '../terminal.ts';
import type { DataFlags } from './accounts.ts';
import { LogLines } from './log-lines.ts';

export interface LogsFlags extends DataFlags {
  readonly follow: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}

export interface LogsDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
}

const POLL_MS = 200;

/** Prints what the stack of the folder has logged since its start; with `follow`, what it goes on to log, until Ctrl-C. */
export async function logs(flags: LogsFlags, dependencies: LogsDependencies): Promise<void> {
  const { process, clock } = dependencies;
  const running = await findStack({ ...flags, env: process.env });
  if (running?.dataDir === null)
    throw new CommandError('NoLogs', 'The stack that runs here keeps no log: it was started with --in-memory');
  const log = new LogLines(logFileIn(running?.dataDir ?? dataDirOf(flags)));
  const print = printerOf(flags, dependencies);
  if (!(await log.read(print)))
    throw new CommandError('NoLogs', `There is no log: ${log.path} does not exist. \`lazurite start\` writes it`);
  // Without a watcher of the file system: those differ between systems in what they miss.
  while (flags.follow) {
    await keepAlive(clock);
    await log.read(print);
  }
}

/** The clock's timers do not keep a process alive. */
async function keepAlive(clock: Clock): Promise<void> {
  const timer = setInterval(() => undefined, POLL_MS);
  await sleep(clock, POLL_MS);
  clearInterval(timer);
}

/**
 * Turns the JSON lines of the file into those that the screen of the stack shows; with `json`, prints them as they are.
 * Lines that are no events are skipped: a stack that was killed, or a full disk, leaves part of a line.
 */
function printerOf(
  { json, verbose }: LogsFlags,
  { terminal, process, clock }: LogsDependencies,
): (lines: readonly string[]) => void {
  const isColoured = showsColours(process.stdout, process.env);
  const paint = paintFor({ isTTY: isColoured, hasColors: () => isColoured });
  return (lines) => {
    const shown = lines.flatMap((line) => {
      const logged = parseLine(line);
      if (!logged) return [];
      if (json) return [line];
      const { event: type, ...event } = logged;
      if (type === 'ready') return [`Functions are served at ${event.functions}`];
      const options = { now: clock.now(), verbose, userLogLevel: undefined, paint };
      return toLines({ type, ...event } as HostEvent, options);
    });
    terminal.out(shown.map((line) => `${line}\n`).join(''));
  };
}

interface LoggedEvent {
  readonly event: string;
  readonly functions?: string;
}

function parseLine(line: string): LoggedEvent | undefined {
  try {
    const logged: unknown = JSON.parse(line);
    const isEvent = typeof logged === 'object' && logged !== null && 'event' in logged;
    return isEvent && typeof logged.event === 'string' ? (logged as LoggedEvent) : undefined; // else as the stack writes it
  } catch {
    return undefined;
  }
}
