import type { RpcInvocationRequest, RpcInvocationResponse } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { type InvokeOptions, Invoker, type InvokerOptions } from '../invocation/invoker.ts';
import type { Telemetry } from './telemetry.ts';

/** Traces every invocation, whatever triggered it. A class of its own, so that the usual invoker knows nothing of it. */
export class TracedInvoker extends Invoker {
  readonly #telemetry: Telemetry;

  constructor(options: InvokerOptions, telemetry: Telemetry) {
    super(options);
    this.#telemetry = telemetry;
  }

  override async invoke(
    fn: RegisteredFunction,
    request: RpcInvocationRequest,
    options: InvokeOptions,
  ): Promise<RpcInvocationResponse> {
    const span = this.#telemetry.begin(fn, request, options);
    try {
      const response = await super.invoke(fn, { ...request, traceContext: span.traceContext }, options);
      span.succeeded(response);
      return response;
    } catch (error) {
      span.failed(error);
      throw error;
    }
  }
}
