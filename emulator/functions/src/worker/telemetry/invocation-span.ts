import type { Clock } from '@lazurite/runtime';
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions';
import { messageOf } from '../../errors.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { RpcInvocationRequest, RpcInvocationResponse, RpcTraceContext } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { toHttpResponse } from '../http/http-response.ts';
import type { InvocationSpan, TracedCall, TracedRequest } from '../invocation/telemetry.ts';
import { describeSpan } from './span-attributes.ts';

export interface SpanDependencies {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly init: WorkerInit;
  /** The spans of running invocations, by invocation id. */
  readonly running: Map<string, SpanContext>;
}

interface TracedInvocation {
  readonly fn: RegisteredFunction;
  readonly request: RpcInvocationRequest;
  readonly call: TracedCall;
}

/** Starts the span of an invocation: a child of the caller's span when the request names one, else the root of a trace. */
export function beginSpan(dependencies: SpanDependencies, invocation: TracedInvocation): InvocationSpan {
  const { tracer, clock, init, running } = dependencies;
  const { fn, request, call } = invocation;
  const startTime = clock.now();
  const startedAt = clock.monotonic();
  const { name, kind, attributes } = describeSpan(fn, init, call.request);
  attributes['faas.invocation_id'] = request.invocationId;
  const span = tracer.startSpan(name, { kind, attributes, startTime }, parentOf(call.request));
  running.set(request.invocationId, span.spanContext());
  const end = () => {
    running.delete(request.invocationId);
    span.end(startTime + (clock.monotonic() - startedAt));
  };
  return {
    traceContext: toTraceContext(span.spanContext()),
    succeeded: (response) => {
      if (kind === SpanKind.SERVER) setStatus(span, statusOf(invocation, response));
      end();
    },
    failed: (error) => {
      if (kind === SpanKind.SERVER) setStatus(span, 500);
      span.setAttribute(ATTR_ERROR_TYPE, error instanceof Error ? error.name : typeof error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      end();
    },
  };
}

function parentOf(request: TracedRequest | undefined): Context {
  const { traceparent, tracestate } = request?.headers ?? {};
  const parent = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  if (!parent) return ROOT_CONTEXT;
  const state = typeof tracestate === 'string' && tracestate ? { traceState: createTraceState(tracestate) } : {};
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, ...state, isRemote: true });
}

function toTraceContext({ traceId, spanId, traceFlags, traceState }: SpanContext): RpcTraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { traceParent: `00-${traceId}-${spanId}-${flags}`, traceState: traceState?.serialize() ?? '', attributes: {} };
}

/** Semantic conventions for HTTP, server spans: only 5xx is a failure of the server. */
function setStatus(span: Span, status: number): void {
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (status < 500) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The status that the client receives; 500 for a response that cannot be sent. */
function statusOf({ fn, call }: TracedInvocation, response: RpcInvocationResponse): number {
  if (call.response) return call.response.headersSent ? call.response.statusCode : 204;
  try {
    return toHttpResponse(fn, response, call.request?.headers.accept).status;
  } catch {
    return 500;
  }
}
