import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WorkerInit } from '../../ipc/messages.ts';
import type { FunctionApp, WorkerParts } from '../function-app.ts';
import type { Invoker } from '../invoker.ts';
import type { StreamProxy } from './stream-proxy.ts';

/** What it takes to answer requests with functions. */
export interface HttpFront {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
  /** Undefined unless the app asked for streaming. */
  readonly streamProxy: StreamProxy | undefined;
}

/** A request and its answer, where they are streamed. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}
