import { app, type InvocationContext } from '@azure/functions';
import type { Invocation } from '../../shared/telemetry/app-telemetry.ts';
import type { LoadingTelemetry } from '../../shared/telemetry/load-telemetry.ts';

/** Has every call of every function watched. To be called while the host loads the app: later it takes no hooks. */
export function watchFunctions(telemetry: LoadingTelemetry): void {
  app.hook.preInvocation(async (hook) => {
    await telemetry.loaded; // before the first call alone
    const { functionHandler: handler, invocationContext, inputs } = hook;
    const call = toInvocation(invocationContext, inputs);
    hook.functionHandler = (...parameters) => telemetry.invocation(call, async () => handler(...parameters));
  });
  app.hook.appTerminate(() => telemetry.close());
}

function toInvocation({ functionName, traceContext, options }: InvocationContext, [first]: unknown[]): Invocation {
  const { type, route } = options.trigger;
  return {
    functionName,
    traceparent: traceContext?.traceParent,
    tracestate: traceContext?.traceState,
    // The library's own request, which has a method.
    http: type === 'httpTrigger' ? { method: String(Object(first).method), route: String(route) } : null,
  };
}
