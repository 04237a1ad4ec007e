import { type Paint, plain } from './paint.ts';

/** `[2026-01-31T10:00:00.000Z] message`, the form of every line the host logs. `at` is milliseconds since the epoch. */
export function formatLogLine(at: number, message: string, paint: Paint = plain): string {
  return `${paint.faint(`[${new Date(at).toISOString()}]`)} ${message}`;
}

export interface Versions {
  /** Of the tool. */
  readonly tools: string;
  /** Of the Functions runtime whose behaviour is offered: `4.x`. */
  readonly runtime: string;
}

/** What `func start` prints first. */
export function formatBanner({ tools, runtime }: Versions): string {
  return `\nAzure Functions Core Tools\nCore Tools Version:       ${tools}\nFunction Runtime Version: ${runtime}\n`;
}

export interface StartedInvocation {
  readonly functionName: string;
  readonly invocationId: string;
  readonly reason: string;
  /** For a second line, `Trigger Details: ...`. */
  readonly details?: string;
}

/** One or two lines, without time. */
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
 * What Azure's host says once it may run timers and singletons, and what scripts wait for. The instance id is made of the
 * process: 32 digits, as there.
 */
export function hostLockLine(pid: number): string {
  return `Host lock lease acquired by instance ID '${pid.toString(16).toUpperCase().padStart(32, '0')}'.`;
}

/** Lines that are shown whatever the level (azure-functions-core-tools `LoggingFilterHelper.cs`). */
const ALWAYS_SHOWN = [WORKER_STARTED_LINE, 'Host lock lease acquired by instance ID'];

export function isAlwaysShown(message: string): boolean {
  return ALWAYS_SHOWN.some((prefix) => message.startsWith(prefix));
}
