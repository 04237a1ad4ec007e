import type { Clock } from '@lazurite/runtime';
import type { RunPayload } from '../messages.ts';
import type { History, StoredCall, StoredRun } from './history.ts';

/** What happens in a functions host, as far as the dashboard keeps it. */
export type RecordedEvent =
  | {
      readonly type: 'invocation-started';
      readonly functionName: string;
      readonly invocationId: string;
      readonly reason: string;
      readonly isQuiet?: boolean;
      readonly at: number;
    }
  | {
      readonly type: 'invocation-captured';
      readonly invocationId: string;
      readonly request?: {
        readonly method: string;
        readonly url: string;
        readonly headers: Readonly<Record<string, string>>;
      };
      readonly status?: number;
      readonly input?: string;
      readonly output?: string;
      readonly isCut: boolean;
    }
  | {
      readonly type: 'invocation-finished';
      readonly invocationId: string;
      readonly succeeded: boolean;
      readonly durationMs: number;
      readonly error?: string;
    }
  | {
      readonly type: 'log';
      readonly level: string;
      readonly category: string;
      readonly message: string;
      readonly functionName?: string;
      readonly invocationId?: string;
      readonly at: number;
    }
  | { readonly type: 'console'; readonly stream: 'stdout' | 'stderr'; readonly line: string; readonly at?: number }
  | { readonly type: 'worker-exited'; readonly message: string };

const NO_PAYLOAD: RunPayload = { headers: null, input: null, output: null, isCut: false };
/** A line may be as long as its function likes. */
const MAX_MESSAGE_LENGTH = 16_384;
/** Values of these headers are credentials, which are of no use to a reader and would stay on the screen. */
const SECRET_HEADERS = /^(?:authorization|cookie|x-functions-key|proxy-authorization|x-ms-.*token.*)$/i;
const SECRET_QUERY = /([?&](?:code|sig|token|access_token)=)[^&#]*/gi;

/** Writes what happens in a stack to its history. */
export class Recorder {
  readonly #history: History;
  readonly #clock: Clock;
  readonly #running = new Map<string, StoredRun>();

  constructor(history: History, clock: Clock) {
    this.#history = history;
    this.#clock = clock;
  }

  record(event: RecordedEvent): void {
    if (event.type === 'invocation-started') this.#started(event);
    else if (event.type === 'invocation-captured') this.#captured(event);
    else if (event.type === 'invocation-finished') this.#finished(event);
    else if (event.type === 'worker-exited') this.#failAll(event.message);
    else this.#log(event.type === 'log' ? event : this.#toLog(event));
  }

  recordCall(call: StoredCall): void {
    this.#history.addCall(call);
  }

  #started({ functionName, invocationId, reason, isQuiet = false, at }: Started): void {
    const run: StoredRun = {
      id: this.#history.takeRunId(),
      invocationId,
      functionName,
      reason,
      startedAt: at,
      durationMs: null,
      outcome: 'running',
      error: null,
      method: null,
      url: null,
      status: null,
      isQuiet,
      payload: NO_PAYLOAD,
    };
    this.#running.set(invocationId, run);
    this.#history.putRun(run);
  }

  #captured(event: Extract<RecordedEvent, { type: 'invocation-captured' }>): void {
    const run = this.#running.get(event.invocationId);
    if (!run) return;
    const { request, status = null, input = null, output = null, isCut } = event;
    const headers = request ? withoutSecrets(request.headers) : null;
    this.#running.set(event.invocationId, {
      ...run,
      method: request?.method ?? null,
      url: request?.url.replace(SECRET_QUERY, '$1…') ?? null,
      status,
      payload: { headers, input, output, isCut },
    });
  }

  #finished(event: Extract<RecordedEvent, { type: 'invocation-finished' }>): void {
    const run = this.#running.get(event.invocationId);
    if (!run) return;
    this.#running.delete(event.invocationId);
    const { succeeded, durationMs, error = null } = event;
    const isFailed = !succeeded || (run.status ?? 0) >= 400;
    // What has failed is of interest, whatever the log levels.
    this.#history.putRun({
      ...run,
      durationMs,
      outcome: isFailed ? 'failed' : 'succeeded',
      error,
      isQuiet: run.isQuiet && !isFailed,
    });
  }

  /** With their process. */
  #failAll(reason: string): void {
    const now = this.#clock.now();
    for (const run of this.#running.values()) {
      this.#history.putRun({ ...run, durationMs: now - run.startedAt, outcome: 'failed', error: reason });
    }
    this.#running.clear();
  }

  /** What an app writes without the log of its invocation. */
  #toLog({
    stream,
    line,
    at = this.#clock.now(),
  }: Extract<RecordedEvent, { type: 'console' }>): Omit<LogEvent, 'type'> {
    return { level: stream === 'stderr' ? 'error' : 'information', category: 'Console', message: line, at };
  }

  #log({ level, category, message, functionName, invocationId, at }: Omit<LogEvent, 'type'>): void {
    this.#history.addLog({
      at,
      level,
      category,
      message: message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message,
      functionName: functionName ?? null,
      invocationId: invocationId ?? null,
    });
  }
}

type Started = Extract<RecordedEvent, { type: 'invocation-started' }>;
type LogEvent = Extract<RecordedEvent, { type: 'log' }>;

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET_HEADERS.test(name) ? '…' : value]),
  );
}
