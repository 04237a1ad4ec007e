import type { RpcInvocationRequest } from '../../protocol/rpc-types.ts';
import type { WorkerParts } from '../app/function-app.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { InvokeTriggered } from '../triggers/trigger.ts';
import type { Invoker } from './invoker.ts';
import { systemData } from './system-data.ts';
import { traceContextFor } from './trace-context.ts';

interface InvokeScope {
  readonly invoker: Invoker;
  readonly parts: WorkerParts;
}

/** Lets a trigger call `fn`. */
export function invokeWith(
  { invoker, parts }: InvokeScope,
  fn: RegisteredFunction,
  triggerName: string,
): InvokeTriggered {
  return async ({ input, metadata, reason, details, retryContext }) => {
    const invocationId = parts.randomness.uuid();
    const request: RpcInvocationRequest = {
      invocationId,
      functionId: fn.metadata.functionId,
      inputData: [{ name: triggerName, data: input }],
      triggerMetadata: { ...metadata, ...systemData(fn.metadata.name, parts) },
      traceContext: traceContextFor(invocationId, parts.randomness),
      ...(retryContext && { retryContext }),
    };
    try {
      await invoker.invoke(fn, request, { reason, ...(details && { details }) });
      return { succeeded: true };
    } catch (error) {
      return { succeeded: false, error };
    }
  };
}
