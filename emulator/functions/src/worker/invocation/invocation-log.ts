import type { Clock } from '@lazurite/runtime';
import type { RpcLogCategory, RpcLogLevel } from '../../protocol/rpc-types.ts';
import { type Hooks, withReadOnly } from '../core/core-api.ts';
import type { EventBatch } from './event-batch.ts';

/** The invocation that a log line belongs to. */
export interface LogOrigin {
  readonly functionName: string;
  readonly invocationId: string;
  /** The `InvocationContext` of the programming model; undefined before it is created. */
  readonly context: unknown;
  readonly hookData: Record<string, unknown>;
}

interface LogLine {
  level: RpcLogLevel;
  message: string;
  readonly category: RpcLogCategory;
}

interface InvocationLogDependencies {
  readonly hooks: Hooks;
  readonly events: EventBatch;
  readonly clock: Clock;
}

export type CollectedLine = Pick<LogLine, 'level' | 'message'>;

/** Sends log lines of the app and of the library through the app's `log` hooks, then to the event batch. */
export class InvocationLog {
  readonly #collected = new Map<string, CollectedLine[]>();
  readonly #hooks: Hooks;
  readonly #events: EventBatch;
  readonly #clock: Clock;

  constructor({ hooks, events, clock }: InvocationLogDependencies) {
    this.#hooks = hooks;
    this.#events = events;
    this.#clock = clock;
  }

  /** Keeps the lines of one invocation until `collected` is called. */
  collect(invocationId: string): void {
    this.#collected.set(invocationId, []);
  }

  /** The lines since `collect`, which are then forgotten. */
  collected(invocationId: string): readonly CollectedLine[] {
    const lines = this.#collected.get(invocationId) ?? [];
    this.#collected.delete(invocationId);
    return lines;
  }

  write(line: LogLine, origin?: LogOrigin): void {
    const final = this.#hooks.has('log') ? this.#runHooks(line, origin) : line;
    if (origin) this.#collected.get(origin.invocationId)?.push({ level: final.level, message: final.message });
    this.#events.push({
      type: 'log',
      level: final.level,
      category: categoryName(final.category, origin),
      message: final.message,
      ...(origin && { functionName: origin.functionName, invocationId: origin.invocationId }),
      at: this.#clock.now(),
    });
  }

  /** Hooks may change the lines of user code only, and a hook that fails changes nothing (worker `LogHookContext.ts`). */
  #runHooks(line: LogLine, origin: LogOrigin | undefined): LogLine {
    const context = { level: line.level, message: line.message, category: line.category };
    withReadOnly(context, {
      hookData: origin?.hookData ?? this.#hooks.appLevelHookData,
      appHookData: this.#hooks.appHookData,
      invocationContext: origin?.context,
    });
    try {
      this.#hooks.runSync('log', context);
    } catch {
      return line;
    }
    return line.category === 'user' ? { ...line, level: context.level, message: String(context.message) } : line;
  }
}

function categoryName(category: RpcLogCategory, origin: LogOrigin | undefined): string {
  if (!origin) return category === 'user' ? 'Host.Function.Console' : 'Worker';
  return category === 'user' ? `Function.${origin.functionName}.User` : `Function.${origin.functionName}`;
}
