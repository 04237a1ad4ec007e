import {
  type Attributes,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { RequestIdentity } from '../domain/telemetry.ts';
import type { AppTelemetry, Invocation } from './app-telemetry.ts';
import { createNotification, toTraceparent } from './notification.ts';
import { requestOf, toAttributes, withRequest } from './request-ids.ts';
import type { SpanDependencies } from './span-dependencies.ts';
import { createStoreCall } from './store-call.ts';

const propagator = new W3CTraceContextPropagator();

/** The spans of the app: one for each call of a function, each request of a batch, and each call of the store. */
export function createSpans(
  parts: SpanDependencies,
): Pick<AppTelemetry, 'invocation' | 'inRequest' | 'storeCall' | 'traceparent' | 'notification'> {
  return {
    traceparent: () => toTraceparent(trace.getSpanContext(parts.contexts.active())),
    notification: createNotification(parts),
    invocation: (call, work) => invoke(call, work, parts),
    inRequest: (ids, work) => inRequest(ids, work, parts),
    storeCall: createStoreCall(parts),
  };
}

async function invoke(call: Invocation, work: () => Promise<unknown>, parts: SpanDependencies): Promise<unknown> {
  const { tracer, contexts, meters, elapsed } = parts;
  const { functionName, traceparent, tracestate, http } = call;
  const parent = propagator.extract(ROOT_CONTEXT, { traceparent, tracestate }, defaultTextMapGetter);
  // The request itself is the host's span (kind server), and the parent of this one.
  const span = tracer.startSpan(functionName, { kind: SpanKind.INTERNAL }, parent);
  const startedAt = elapsed();
  let attributes: Attributes = {};
  try {
    const result = await contexts.with(trace.setSpan(parent, span), work);
    if (http) attributes = describeAnswer(span, result);
    return result;
  } catch (error) {
    attributes = { 'error.type': nameOf(error) };
    fail(span, nameOf(error));
    throw error;
  } finally {
    const seconds = (elapsed() - startedAt) / 1_000;
    if (http) meters.requestDuration.record(seconds, { ...describeRequest(http), ...attributes });
    else meters.invocationDuration.record(seconds, { 'faas.name': functionName, ...attributes });
    span.end();
  }
}

function describeRequest({ method, route }: NonNullable<Invocation['http']>): Attributes {
  return { 'http.request.method': method, 'http.route': `/${route}` };
}

/** Only 5xx is a failure of this side. */
function describeAnswer(span: Span, result: unknown): Attributes {
  const status = Number(Object(result).status ?? 200);
  const attributes = { 'http.response.status_code': status };
  span.setAttributes(attributes);
  if (status < 500) return attributes;
  fail(span, String(status));
  return { ...attributes, 'error.type': String(status) };
}

/** Without a message: those of errors can quote what a caller sent. */
function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function inRequest<T>(
  ids: RequestIdentity,
  work: () => Promise<T>,
  { tracer, contexts }: Pick<SpanDependencies, 'tracer' | 'contexts'>,
): Promise<T> {
  const active = contexts.active();
  const context = withRequest(active, ids);
  if (!requestOf(active)) {
    trace.getSpan(active)?.setAttributes(toAttributes(ids));
    return contexts.with(context, work);
  }
  const span = tracer.startSpan('$batch request', { kind: SpanKind.INTERNAL }, context);
  return contexts.with(trace.setSpan(context, span), work).finally(() => span.end());
}
