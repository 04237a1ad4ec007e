import {
  formatExecuted,
  formatExecuting,
  formatLogLine,
  type HostEvent,
  type Paint,
  paintFor,
  WORKER_STARTED_LINE,
} from '@lazurite/functions';
import type { Console, ConsoleOptions } from './console.ts';
import { welcome } from './welcome.ts';

/** Lines for a person, in the form that `func start` gives them. */
export function textConsole(options: ConsoleOptions): Console {
  const { terminal, clock, verbose } = options;
  const paint = paintFor(options.process.stdout);
  return {
    report: (event) => {
      for (const line of toLines(event, { now: clock.now(), verbose, paint })) terminal.out(`${line}\n`);
    },
    ready: async (stack) => terminal.out(await welcome(stack, { ...options, paint })),
  };
}

interface LineOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly verbose: boolean;
  readonly paint: Paint;
}

function toLines(event: HostEvent, { now, verbose, paint }: LineOptions): readonly string[] {
  switch (event.type) {
    case 'worker-started':
      return [formatLogLine(now, WORKER_STARTED_LINE, paint)];
    case 'invocation-started':
      return formatExecuting(event).map((line) => formatLogLine(event.at, line, paint));
    case 'invocation-finished':
      return [
        formatLogLine(event.at, formatExecuted(event), paint),
        ...(event.error ? [paint.error(event.error)] : []),
      ];
    case 'log':
      return isShown(event, verbose) ? [formatLogLine(event.at, paintMessage(event, paint), paint)] : [];
    case 'console':
      return [event.line];
    case 'reloaded':
      return [formatLogLine(now, `The function app was reloaded in ${Math.round(event.durationMs)} ms`, paint)];
    case 'reload-failed':
    case 'worker-exited':
      return [formatLogLine(now, paint.error(event.message), paint)];
    case 'functions-listed':
      return []; // the welcome shows them
  }
}

type LogEvent = Extract<HostEvent, { type: 'log' }>;

const QUIET_LEVELS: ReadonlySet<string> = new Set(['trace', 'debug']);

/** User logs from Information up, the host's own from Warning up (azure-functions-core-tools `LoggingFilterHelper.cs`). */
function isShown({ level, category }: LogEvent, verbose: boolean): boolean {
  if (verbose) return true;
  if (QUIET_LEVELS.has(level)) return false;
  return level !== 'information' || category.startsWith('Function.');
}

function paintMessage({ level, message }: LogEvent, paint: Paint): string {
  if (level === 'error' || level === 'critical') return paint.error(message);
  return level === 'warning' ? paint.warning(message) : message;
}
