import { type Paint, plain } from './paint.ts';

/** `[2026-01-31T10:00:00.000Z] message`, the format of every line that the host logs. `at` is milliseconds since the epoch. */
export function formatLogLine(at: number, message: string, paint: Paint = plain): string {
  return `${paint.faint(`[${new Date(at).toISOString()}]`)} ${message}`;
}

export interface Versions {
  /** The version of this tool. */
  readonly tools: string;
  /** The version of the Functions runtime that is emulated: `4.x`. */
  readonly runtime: string;
}

/** The first lines of `func start`. */
export function formatBanner({ tools, runtime }: Versions): string {
  return `\nAzure Functions Core Tools\nCore Tools Version:       ${tools}\nFunction Runtime Version: ${runtime}\n`;
}

export interface StartedInvocation {
  readonly functionName: string;
  readonly invocationId: string;
  readonly reason: string;
  /** Printed on a second line, `Trigger Details: ...`. */
  readonly details?: string;
}

/** One or two lines, without the time. */
export function formatExecuting(invocation: StartedInvocation): readonly string[] {
  const { functionName, invocationId, reason, details } = invocation;
  const first = `Executing 'Functions.${functionName}' (Reason='${reason}', Id=${invocationId})`;
  return details === undefined ? [first] : [first, `Trigger Details: ${details}`];
}

export interface FinishedInvocation {
  readonly functionName: string;
  readonly invocationId: string;
  readonly succeeded: boolean;
  readonly durationMs: number;
}

export function formatExecuted({ functionName, invocationId, succeeded, durationMs }: FinishedInvocation): string {
  const outcome = succeeded ? 'Succeeded' : 'Failed';
  return `Executed 'Functions.${functionName}' (${outcome}, Id=${invocationId}, Duration=${Math.round(durationMs)}ms)`;
}

export const WORKER_STARTED_LINE = 'Worker process started and initialized.';
export const VERBOSE_HINT_LINE = 'For detailed output, run func with --verbose flag.';

/**
 * The line that Azure's host logs once it can run timers and singletons; scripts wait for it. The instance id has 32
 * digits, as in Azure, and is derived from the process id.
 */
export function hostLockLine(pid: number): string {
  return `Host lock lease acquired by instance ID '${pid.toString(16).toUpperCase().padStart(32, '0')}'.`;
}

/** Lines that every log level shows (azure-functions-core-tools `LoggingFilterHelper.cs`). */
const ALWAYS_SHOWN = [WORKER_STARTED_LINE, 'Host lock lease acquired by instance ID'];

export function isAlwaysShown(message: string): boolean {
  return ALWAYS_SHOWN.some((prefix) => message.startsWith(prefix));
}
