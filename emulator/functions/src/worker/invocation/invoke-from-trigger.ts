import type { RpcRetryContext, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { WorkerDependencies } from './function-app.ts';
import { createInvocationRequest, createSystemData } from './invocation-request.ts';
import type { Invoker } from './invoker.ts';

/** One call of a function by its trigger. */
export interface TriggeredInvocation {
  /** The value of the trigger binding. */
  readonly input: RpcTypedData;
  /** Names as the host sends them, in Pascal case. */
  readonly metadata: Readonly<Record<string, RpcTypedData>>;
  /** Why the function runs; the console prints it. */
  readonly reason: string;
  /** Printed on a second line of the console. */
  readonly details?: string;
  readonly retryContext?: RpcRetryContext;
}

export type InvocationOutcome =
  | { readonly succeeded: true; readonly returnValue: RpcTypedData | undefined }
  | { readonly succeeded: false; readonly error: unknown };

/** Runs a function with its bindings and hooks, and reports it. Never rejects. */
export type InvokeTriggered = (invocation: TriggeredInvocation) => Promise<InvocationOutcome>;

interface TriggeredInvoker {
  readonly invoker: Invoker;
  readonly dependencies: WorkerDependencies;
}

/** Returns the function by which the trigger named `triggerName` calls `fn`. */
export function invokeFromTrigger(
  { invoker, dependencies }: TriggeredInvoker,
  fn: RegisteredFunction,
  triggerName: string,
): InvokeTriggered {
  return async ({ input, metadata: own, reason, details, retryContext }) => {
    const metadata = { ...own, ...createSystemData(fn.metadata.name, dependencies) };
    const request = createInvocationRequest(
      { fn, triggerName, input, metadata, ...(retryContext && { retryContext }) },
      dependencies.randomness,
    );
    try {
      const { returnValue } = await invoker.invoke(fn, request, { reason, ...(details && { details }) });
      return { succeeded: true, returnValue: returnValue ?? undefined };
    } catch (error) {
      return { succeeded: false, error };
    }
  };
}
