import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { HostEvent } from '../../protocol/events.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { RpcInvocationRequest, RpcInvocationResponse, RpcTraceContext } from '../../protocol/rpc-types.ts';
import type { WorkerParts } from '../app/function-app.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';

/** What a trace tells of the HTTP request behind an invocation. */
export interface TracedRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** With or without the query, which is left out of traces: it may hold keys. */
  readonly url?: string | undefined;
}

export interface TracedCall {
  /** Absent: the function was not called over HTTP. */
  readonly request?: TracedRequest;
  /** Where the function itself wrote the response. */
  readonly response?: Pick<ServerResponse, 'headersSent' | 'statusCode'>;
}

/** The span of one invocation; ends with either call. */
export interface InvocationSpan {
  /** What the function passes on to those it calls: they become children of this span. */
  readonly traceContext: RpcTraceContext;
  succeeded(response: RpcInvocationResponse): void;
  failed(error: unknown): void;
}

/** Sends what happens in this worker to an OpenTelemetry collector. Nothing here throws, or waits for the collector. */
export interface Telemetry {
  begin(fn: RegisteredFunction, request: RpcInvocationRequest, call: TracedCall): InvocationSpan;
  /** Log lines are kept and sent; other events are not. */
  record(event: HostEvent): void;
  /** Sends what is left, for as long as that may reasonably take. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
  /** Told, for a person, why nothing is exported. */
  readonly warn: (message: string) => void;
}
