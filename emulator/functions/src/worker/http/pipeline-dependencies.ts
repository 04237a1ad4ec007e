import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Edge, HttpRequest, HttpResponse } from '@lazurite/http';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { FunctionApp, WorkerDependencies } from '../invocation/function-app.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { ProtectedFunction } from './authorize.ts';
import type { Cors } from './cors.ts';
import type { KeyStore } from './key-store.ts';
import type { Route, RouteEntry } from './routing/route-table.ts';
import type { StreamProxy } from './stream-proxy.ts';

export interface PipelineDependencies {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  /** The routes of the HTTP functions, by function id. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly init: WorkerInit;
  readonly dependencies: WorkerDependencies;
  /** Undefined: CORS is off. */
  readonly cors: Cors | undefined;
  readonly edge: Edge;
  /** Undefined: keys are not required. */
  readonly keys: KeyStore | undefined;
  /** For the requests that need a key all the same. */
  readonly openKeys: () => Promise<KeyStore>;
  /** The host's own API. */
  readonly hostRoutes: readonly RouteEntry<HostOperation>[];
  /** Undefined unless the app asked for streaming, or has a custom handler that gets requests as they are. */
  readonly streamProxy: StreamProxy | undefined;
  /** The response to every call of a function while the app is offline; undefined while it is online. */
  readonly offlinePage: string | undefined;
}

/** Handles a request to one of the host's own addresses. */
export type HostOperation = (
  request: HttpRequest,
  values: Readonly<Record<string, string>>,
) => HttpResponse | Promise<HttpResponse>;

/** A function with an HTTP trigger, as the target of its route. */
export interface HttpFunction extends ProtectedFunction {
  readonly fn: RegisteredFunction;
  /** The name of the trigger binding. */
  readonly triggerName: string;
}

/** A request and its response, where they are streamed. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}
