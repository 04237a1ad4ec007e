import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { HostEvent } from '../../protocol/events.ts';
import type { RpcInvocationRequest, RpcInvocationResponse, RpcTraceContext } from '../../protocol/rpc-types.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';

/** The part of an HTTP request that a trace records. */
export interface TracedRequest {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Traces leave out the query, which may hold keys. */
  readonly url?: string | undefined;
}

export interface TracedCall {
  /** Absent: the function was not called over HTTP. */
  readonly request?: TracedRequest;
  /** The response that a streaming function writes itself. */
  readonly response?: Pick<ServerResponse, 'headersSent' | 'statusCode'>;
}

/** The span of one invocation. Either call ends it. */
export interface InvocationSpan {
  /** Handed to the function, so that the spans of what it calls become children of this one. */
  readonly traceContext: RpcTraceContext;
  succeeded(response: RpcInvocationResponse): void;
  failed(error: unknown): void;
}

/** Port: exports traces and logs of this worker. No method throws or waits for the collector, `close` excepted. */
export interface Telemetry {
  begin(fn: RegisteredFunction, request: RpcInvocationRequest, call: TracedCall): InvocationSpan;
  /** Exports log lines and ignores other events. */
  record(event: HostEvent): void;
  /** Sends what is left, within a limited time. */
  close(): Promise<void>;
}
