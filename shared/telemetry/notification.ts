import { type Link, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { Telemetry } from '../domain/telemetry.ts';
import type { SpanDependencies } from './span-dependencies.ts';

/** The SDK's own limit on links of one span. */
const MAX_LINKS = 128;

/**
 * A span for each message to a receiver, with links to the requests that made the changes: there can be many of them,
 * and their traces have long ended.
 */
export function createNotification({ tracer, contexts }: SpanDependencies): Telemetry['notification'] {
  return async (origins, work) => {
    const active = contexts.active();
    const links = origins.flatMap(toLink).slice(0, MAX_LINKS);
    const attributes = { 'messaging.batch.message_count': origins.length };
    const span = tracer.startSpan('send notification', { kind: SpanKind.CLIENT, links, attributes }, active);
    try {
      const result = await contexts.with(trace.setSpan(active, span), work);
      span.setAttribute('graph.notification.outcome', result.kind);
      if (result.kind !== 'accepted') span.setStatus({ code: SpanStatusCode.ERROR });
      return result;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
}

function toLink(traceparent: string | null): Link[] {
  const context = traceparent === null ? null : parseTraceParent(traceparent);
  return context ? [{ context }] : [];
}

/** Null outside of any span. */
export function toTraceparent(context: SpanContext | undefined): string | null {
  if (!context) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}
