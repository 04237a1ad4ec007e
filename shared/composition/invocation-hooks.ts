import { app, type InvocationContext } from '@azure/functions';
import { describeFailure } from '../graph-http/errors/describe-failure.ts';
import type { Invocation } from '../telemetry/app-telemetry.ts';
import type { LoadingTelemetry } from '../telemetry/load-telemetry.ts';

/**
 * What a function throws goes into the log of the host, message and all; requests answer their failures themselves, but
 * triggers leave them to the host, which tries again. To be called while the host loads the app.
 */
export function redactErrors(): void {
  app.hook.postInvocation((hook) => {
    if (hook.error) hook.error = toRedactedError(hook.error);
  });
}

function toRedactedError(error: unknown): Error {
  const description = describeFailure(error);
  const [summary = ''] = description.split('\n', 1);
  return Object.assign(new Error(summary), { stack: description });
}

/** Has every call of every function watched. To be called while the host loads the app: later it takes no hooks. */
export function traceInvocations(telemetry: LoadingTelemetry): void {
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
