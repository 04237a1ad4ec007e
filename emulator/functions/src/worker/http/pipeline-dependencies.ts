import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { FunctionApp, WorkerParts } from '../app/function-app.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { TriggerListeners } from '../triggers/trigger-listeners.ts';
import type { AuthLevel } from './authorize.ts';
import type { StreamProxy } from './stream-proxy.ts';

/** What it takes to answer requests with functions. */
export interface HttpFront {
  readonly app: FunctionApp;
  readonly invoker: Invoker;
  readonly init: WorkerInit;
  readonly parts: WorkerParts;
  /** Undefined unless the app asked for streaming. */
  readonly streamProxy: StreamProxy | undefined;
  /** For what does not come by HTTP. */
  readonly triggers: TriggerListeners;
  /** What every call of a function is answered with while the app is offline; undefined: it is online. */
  readonly offlinePage: string | undefined;
  /** Asks for a new worker in the place of this one. */
  restart(): void;
}

/** A function with an HTTP trigger, as routes lead to it. */
export interface HttpFunction {
  readonly fn: RegisteredFunction;
  /** The name of its trigger binding; looked up once rather than for every request. */
  readonly triggerName: string;
  readonly authLevel: AuthLevel;
  /** Switched off by a setting or by function.json. */
  readonly disabled: boolean;
}

/** A request and its answer, where they are streamed. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}
