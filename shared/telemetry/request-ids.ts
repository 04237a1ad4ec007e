import { type Attributes, type Context, createContextKey } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { RequestIdentity } from '../domain/telemetry.ts';

const REQUEST = createContextKey('The request that is being answered');

export function requestOf(context: Context): RequestIdentity | undefined {
  return context.getValue(REQUEST) as RequestIdentity | undefined; // written below alone
}

export function withRequest(context: Context, ids: RequestIdentity): Context {
  return context.setValue(REQUEST, ids);
}

/** By the names of the headers that carry them. */
export function toAttributes({ requestId, clientRequestId }: RequestIdentity): Attributes {
  return { 'graph.request_id': requestId, 'graph.client_request_id': clientRequestId };
}

/** Puts a request's ids on all spans that begin within it. */
export class RequestIdsProcessor implements SpanProcessor {
  onStart(span: Span, context: Context): void {
    const ids = requestOf(context);
    if (ids) span.setAttributes(toAttributes(ids));
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
