import {
  formatExecuted,
  formatExecuting,
  formatFunctionList,
  formatLogLine,
  type HostEvent,
  hostLockLine,
  LOG_LEVELS,
  type Paint,
  paintFor,
  WORKER_STARTED_LINE,
} from '@lazurite/functions';
import { showsColours } from './colours.ts';
import type { Console, ConsoleOptions } from './console.ts';
import { welcome, withShownUrl } from './welcome.ts';

/** Lines for a person, in the form that `func start` gives them. */
export function textConsole(options: ConsoleOptions): Console {
  const { terminal, clock, verbose, userLogLevel } = options;
  const { stdout, env } = options.process;
  const isColoured = showsColours(stdout, env);
  const paint = paintFor({ isTTY: isColoured, hasColors: () => isColoured });
  return {
    report: (event) => {
      for (const line of toLines(event, { now: clock.now(), verbose, userLogLevel, paint })) terminal.out(`${line}\n`);
    },
    ready: async (stack, pages) => {
      terminal.out(await welcome(stack, { ...options, ...pages, paint }));
      terminal.out(`${formatLogLine(clock.now(), hostLockLine(options.process.pid), paint)}\n`);
    },
  };
}

export interface LineOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly verbose: boolean;
  readonly userLogLevel: string | undefined;
  readonly paint: Paint;
}

/** The lines of one event; none for those that are not shown. */
export function toLines(event: HostEvent, { now, verbose, userLogLevel, paint }: LineOptions): readonly string[] {
  switch (event.type) {
    case 'worker-started':
      return [formatLogLine(now, WORKER_STARTED_LINE, paint)];
    case 'invocation-started':
      if (event.isQuiet) return [];
      return formatExecuting(event).map((line) => formatLogLine(event.at, line, paint));
    case 'invocation-finished':
      if (event.isQuiet) return [];
      return [
        formatLogLine(event.at, formatExecuted(event), paint),
        ...(event.error ? [paint.error(event.error)] : []),
      ];
    case 'log':
      return isShown(event, { verbose, userLogLevel })
        ? [formatLogLine(event.at, paintMessage(event, paint), paint)]
        : [];
    case 'console':
      return [event.at === undefined ? event.line : formatLogLine(event.at, event.line, paint)];
    case 'request-finished':
      return [formatLogLine(event.at, formatRequest(event), paint)];
    case 'reloaded':
      return [
        formatLogLine(now, `The function app was reloaded in ${Math.round(event.durationMs)} ms`, paint),
        ...addedFunctions(event, paint),
      ];
    case 'reload-failed':
    case 'worker-exited':
      return [formatLogLine(now, paint.error(event.message), paint)];
    case 'invocation-captured': // for the dashboard alone
    case 'functions-listed':
      return []; // the welcome shows them
  }
}

/** Longer paths are cut. */
const MAX_PATH_CHARACTERS = 200;

function formatRequest({ method, path, status, durationMs }: Extract<HostEvent, { type: 'request-finished' }>): string {
  const shown = path.length > MAX_PATH_CHARACTERS ? `${path.slice(0, MAX_PATH_CHARACTERS)}…` : path;
  return `${method} ${shown} ${status} ${Math.round(durationMs)} ms`;
}

/** Where the functions are reached that were not there before. */
function addedFunctions({ functions, added = [] }: Extract<HostEvent, { type: 'reloaded' }>, paint: Paint): string[] {
  const names = new Set(added);
  const shown = functions.filter(({ name }) => names.has(name));
  return shown.length === 0 ? [] : [formatFunctionList(shown.map(withShownUrl), paint)];
}

type LogEvent = Extract<HostEvent, { type: 'log' }>;

const LEVELS: readonly string[] = LOG_LEVELS;
const QUIET_LEVELS: ReadonlySet<string> = new Set(['trace', 'debug']);

/** User logs from Information up, the host's own from Warning up (azure-functions-core-tools `LoggingFilterHelper.cs`). */
function isShown(
  { level, category }: LogEvent,
  { verbose, userLogLevel }: Pick<LineOptions, 'verbose' | 'userLogLevel'>,
): boolean {
  const least = userLogLevel === undefined ? -1 : LEVELS.indexOf(userLogLevel);
  if (least >= 0 && category.endsWith('.User')) return LEVELS.indexOf(level) >= least && level !== 'none';
  if (verbose) return true;
  if (QUIET_LEVELS.has(level)) return false;
  return level !== 'information' || category.startsWith('Function.') || category === 'Host.Function.Console';
}

function paintMessage({ level, message }: LogEvent, paint: Paint): string {
  if (level === 'error' || level === 'critical') return paint.error(message);
  return level === 'warning' ? paint.warning(message) : message;
}
