import type { Clock } from '@lazurite/runtime';
import { formatTimeSpan } from '../../config/time-span.ts';
import { describeThrown, FunctionsHostError } from '../../errors.ts';
import type { RpcInvocationRequest, RpcInvocationResponse } from '../../protocol/rpc-types.ts';
import { type BoundFunctions, runBound } from '../bindings/function-bindings.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { captureInvocation, runNamed } from './capture.ts';
import type { EventBatch } from './event-batch.ts';
import type { FunctionApp } from './function-app.ts';
import { type ResultMapper, runInvocation } from './invocation.ts';
import type { Telemetry, TracedCall } from './telemetry.ts';

export interface InvokerOptions {
  readonly app: FunctionApp;
  readonly bound: BoundFunctions;
  readonly clock: Clock;
  readonly events: EventBatch;
  readonly reportInvocations: boolean;
  readonly capturesInvocations: boolean;
  /** Undefined: nothing is traced. */
  readonly telemetry: Telemetry | undefined;
  /** Null: no limit. */
  readonly functionTimeoutMs: number | null;
  /** Called when an invocation exceeds the limit: only the end of the process frees what it holds. */
  readonly onTimeout: () => void;
}

export interface InvokeOptions extends TracedCall {
  /** Why the function runs; the console prints it. */
  readonly reason: string;
  /** Printed on a second line of the console. */
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

interface Invocation {
  readonly fn: RegisteredFunction;
  readonly request: RpcInvocationRequest;
  readonly options: InvokeOptions;
}

/** Runs invocations, reports and traces them, and fails those that exceed the time limit. */
export class Invoker {
  readonly #options: InvokerOptions;
  readonly #running = new Set<Running>();
  #checking = false;

  constructor(options: InvokerOptions) {
    this.#options = options;
  }

  /** Rejects with what the function threw, or FunctionTimeoutError. */
  invoke(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    options: InvokeOptions,
  ): Promise<RpcInvocationResponse> {
    const { telemetry } = this.#options;
    return telemetry ? this.#trace(telemetry, { fn, request, options }) : this.#report(fn, request, options);
  }

  /** The running invocations, for messages; empty where no time limit applies. */
  running(): readonly string[] {
    return [...this.#running].map(({ fn, request }) => `Functions.${fn.metadata.name} (Id: ${request.invocationId})`);
  }

  async #trace(telemetry: Telemetry, { fn, request, options }: Invocation): Promise<RpcInvocationResponse> {
    const span = telemetry.begin(fn, request, options);
    try {
      const response = await this.#report(fn, { ...request, traceContext: span.traceContext }, options);
      span.succeeded(response);
      return response;
    } catch (error) {
      span.failed(error);
      throw error;
    }
  }

  async #report(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    options: InvokeOptions,
  ): Promise<RpcInvocationResponse> {
    if (!this.#options.reportInvocations) return this.#run(fn, request, options);
    this.#started(fn, request, options);
    const startedAt = this.#options.clock.monotonic();
    try {
      const { capturesInvocations } = this.#options;
      const response = await (capturesInvocations
        ? this.#capture(fn, request, options)
        : this.#run(fn, request, options));
      this.#finished(fn, request, { startedAt });
      return response;
    } catch (error) {
      this.#finished(fn, request, { startedAt, error });
      throw error;
    }
  }

  async #capture(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    options: InvokeOptions,
  ): Promise<RpcInvocationResponse> {
    let response: RpcInvocationResponse | undefined;
    try {
      response = await runNamed(request.invocationId, () => this.#run(fn, request, options));
      return response;
    } finally {
      this.#options.events.push(captureInvocation(request, response));
    }
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
      this.#scheduleTimeoutCheck();
      // Two callbacks rather than finally(), which costs another promise for every request.
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

  /** One timer serves all invocations: one for each would cost more than the rest of the bookkeeping. */
  #scheduleTimeoutCheck(): void {
    if (this.#checking) return;
    this.#checking = true;
    this.#options.clock.setTimer(TIMEOUT_CHECK_MS, () => {
      this.#checking = false;
      this.#failExpired(this.#options.functionTimeoutMs ?? Number.POSITIVE_INFINITY);
      if (this.#running.size > 0) this.#scheduleTimeoutCheck();
    });
  }

  /** The set is in the order of starting, so the search ends at the first invocation that is within the limit. */
  #failExpired(limitMs: number): void {
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

/** An invocation exceeded `functionTimeout` of host.json. The message is the one that Azure's host logs. */
class FunctionTimeoutError extends FunctionsHostError {
  constructor(functionName: string, invocationId: string, limitMs: number) {
    super(
      'FunctionTimeout',
      `Timeout value of ${formatTimeSpan(limitMs)} exceeded by function 'Functions.${functionName}' (Id: '${invocationId}'). Initiating cancellation.`,
    );
  }
}
