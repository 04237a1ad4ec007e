import type { Clock } from '@lazurite/runtime';
import { describeThrown } from '../../errors.ts';
import type { RpcInvocationRequest, RpcInvocationResponse } from '../../protocol/rpc-types.ts';
import type { FunctionApp } from '../app/function-app.ts';
import type { BoundFunctions } from '../bindings/bound-functions.ts';
import { runBound } from '../bindings/bound-invocation.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { TracedCall } from '../telemetry/telemetry.ts';
import type { EventBatch } from './event-batch.ts';
import { FunctionTimeoutError } from './function-timeout.ts';
import { type ResultMapper, runInvocation } from './invocation.ts';

export interface InvokerOptions {
  readonly app: FunctionApp;
  readonly bound: BoundFunctions;
  readonly clock: Clock;
  readonly events: EventBatch;
  readonly reportInvocations: boolean;
  /** Null: no limit. */
  readonly functionTimeoutMs: number | null;
  /** Called when an invocation has outlived the limit: what it holds can only be got back by ending the process. */
  readonly onTimeout: () => void;
}

export interface InvokeOptions extends TracedCall {
  /** Why the function runs, as the console says it. */
  readonly reason: string;
  /** For the console's second line. */
  readonly details?: string;
  readonly mapResult?: ResultMapper;
}

/** How often running invocations are compared with the limit. */
const TIMEOUT_CHECK_MS = 250;

interface Running {
  readonly startedAt: number;
  readonly fn: RegisteredFunction;
  readonly request: RpcInvocationRequest;
  readonly fail: (error: Error) => void;
}

/** Runs invocations, tells whoever listens about them, and ends the wait for those that take too long. */
export class Invoker {
  readonly #options: InvokerOptions;
  readonly #running = new Set<Running>();
  #checking = false;

  constructor(options: InvokerOptions) {
    this.#options = options;
  }

  /** Rejects with what the function threw, or FunctionTimeoutError. */
  async invoke(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    options: InvokeOptions,
  ): Promise<RpcInvocationResponse> {
    if (!this.#options.reportInvocations) return this.#run(fn, request, options);
    this.#started(fn, request, options);
    const startedAt = this.#options.clock.monotonic();
    try {
      const response = await this.#run(fn, request, options);
      this.#finished(fn, request, { startedAt });
      return response;
    } catch (error) {
      this.#finished(fn, request, { startedAt, error });
      throw error;
    }
  }

  /** What is running now, for a person; empty where no time limit applies. */
  running(): readonly string[] {
    return [...this.#running].map(({ fn, request }) => `Functions.${fn.metadata.name} (Id: ${request.invocationId})`);
  }

  #run(fn: RegisteredFunction, request: RpcInvocationRequest, options: InvokeOptions): Promise<RpcInvocationResponse> {
    const { app, bound } = this.#options;
    const run = (complete: RpcInvocationRequest) => runInvocation(fn, complete, app, options.mapResult);
    const bindings = bound.get(fn.metadata.functionId);
    const result = bindings ? runBound(bindings, request, run) : run(request);
    return this.#options.functionTimeoutMs === null ? result : this.#withTimeout(fn, request, result);
  }

  #withTimeout(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    result: Promise<RpcInvocationResponse>,
  ): Promise<RpcInvocationResponse> {
    return new Promise((resolve, reject) => {
      const running: Running = { startedAt: this.#options.clock.monotonic(), fn, request, fail: reject };
      this.#running.add(running);
      this.#watch();
      // Two callbacks rather than finally(): this is on the way of every request.
      result.then(
        (response) => {
          this.#running.delete(running);
          resolve(response);
        },
        (error: unknown) => {
          this.#running.delete(running);
          reject(error);
        },
      );
    });
  }

  /** One timer for all invocations: one for each would cost more than the rest of the bookkeeping. */
  #watch(): void {
    if (this.#checking) return;
    this.#checking = true;
    this.#options.clock.setTimer(TIMEOUT_CHECK_MS, () => {
      this.#checking = false;
      this.#expire(this.#options.functionTimeoutMs ?? Number.POSITIVE_INFINITY);
      if (this.#running.size > 0) this.#watch();
    });
  }

  /** The set is in the order of starting, so the first that is young enough ends the search. */
  #expire(limitMs: number): void {
    const now = this.#options.clock.monotonic();
    for (const running of this.#running) {
      if (now - running.startedAt < limitMs) return;
      this.#running.delete(running);
      const error = new FunctionTimeoutError(running.fn.metadata.name, running.request.invocationId, limitMs);
      this.#options.app.log.write(
        { level: 'error', category: 'system', message: error.message },
        { ...idsOf(running), context: undefined, hookData: {} },
      );
      running.fail(error);
      this.#options.onTimeout();
    }
  }

  #started(fn: RegisteredFunction, request: RpcInvocationRequest, { reason, details }: InvokeOptions): void {
    const at = this.#options.clock.now();
    this.#options.events.push({
      type: 'invocation-started',
      ...idsOf({ fn, request }),
      reason,
      ...(details && { details }),
      at,
    });
  }

  #finished(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    { startedAt, error }: { readonly startedAt: number; readonly error?: unknown },
  ): void {
    this.#options.events.push({
      type: 'invocation-finished',
      ...idsOf({ fn, request }),
      succeeded: error === undefined,
      durationMs: this.#options.clock.monotonic() - startedAt,
      ...(error !== undefined && { error: describeThrown(error) }),
      at: this.#options.clock.now(),
    });
  }
}

function idsOf({ fn, request }: Pick<Running, 'fn' | 'request'>): {
  readonly functionName: string;
  readonly invocationId: string;
} {
  return { functionName: fn.metadata.name, invocationId: request.invocationId };
}
