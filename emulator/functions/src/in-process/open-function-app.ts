import { request as httpRequest, Server } from 'node:http';
import { join, resolve } from 'node:path';
import stream from 'node:stream'; // a named import would need a Node.js that has `duplexPair`
import {
  type Clock,
  type Closeable,
  type Randomness,
  silentLog,
  systemClock,
  systemRandomness,
} from '@lazurite/runtime';
import { AppLoadError } from '../errors.ts';
import type { HostEvent } from '../protocol/events.ts';
import type { WorkerInit } from '../protocol/messages.ts';
import { configureWorker } from '../supervisor/configuration/configure-worker.ts';
import { type Dial, fetchOver } from '../supervisor/fetch-over.ts';
import { type FunctionsHost, type FunctionsHostOptions, toInput } from '../supervisor/functions-host.ts';
import { type AssembledApp, assembleApp } from '../worker/app/assemble-app.ts';
import { prepareApp } from '../worker/app/function-app.ts';
import { createEventLog, EventBatch } from '../worker/invocation/event-batch.ts';
import { ContainerChanges, StorageChanges } from '../worker/triggers/polling.ts';
import { sharedCore } from './shared-core.ts';

export interface OpenFunctionAppOptions
  extends Pick<FunctionsHostOptions, 'scriptRoot' | 'env' | 'functions' | 'dataDir' | 'onEvent'> {
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

/** A function app in this process, without a worker process and a port. Only `invoke` fires its triggers. */
export interface OpenFunctionApp extends Pick<FunctionsHost, 'functions' | 'fetch' | 'invoke'>, Closeable {
  /** Runs the app's `appTerminate` hooks and restores the environment of this process. */
  close(): Promise<void>;
}

/** The address that functions see. */
const ADDRESS = 'http://localhost:7071';

/**
 * Loads a function app into this process, for tests of its functions with the routes, hooks and bindings that Azure would
 * give them. One app can be open at a time. Its modules are loaded once in the lifetime of the process, whatever changes
 * on disk. So is `@azure/functions`, whose `app.setup()` only the first app can call.
 *
 * @throws AppLoadError when the app cannot be loaded, or another is open; ConfigError when its settings cannot be read
 * @example
 * const app = await openFunctionApp({ scriptRoot: '.' });
 * const response = await app.fetch('/api/hello?name=Ada');
 * const { result, outputs, logs } = await app.invoke('onMessage', { id: 1 });
 * await app.close();
 */
export async function openFunctionApp(options: OpenFunctionAppOptions): Promise<OpenFunctionApp> {
  const { clock = systemClock, randomness = systemRandomness, onEvent } = options;
  const appRoot = resolve(options.scriptRoot);
  const shared = sharedCore();
  if (shared.isOpen) throw new AppLoadError('Another function app is open in this process. Close it first');
  const dataDir = options.dataDir ?? join(appRoot, '.lazurite', 'functions');
  const init = await configureWorker({
    ...options,
    appRoot,
    url: ADDRESS,
    allowedHosts: ['*'], // nothing listens: only this process sends requests
    drainMs: 0,
    dataDir,
    log: silentLog,
  });
  const restoreEnvironment = applyEnvironment(init);
  const events = new EventBatch(clock, { send: (message) => emit(message.events, onEvent) });
  const dependencies = {
    clock,
    randomness,
    events,
    log: createEventLog(events, clock),
    changes: new ContainerChanges(),
    storage: new StorageChanges(),
  };
  const app = prepareApp(dependencies, (core) => shared.open(appRoot, core));
  try {
    const assembled = await assembleApp(app, { dependencies, init, onUnusable: () => undefined });
    return serve(assembled, async () => {
      await assembled.terminate();
      events.flush();
      shared.close();
      restoreEnvironment();
    });
  } catch (error) {
    shared.close();
    restoreEnvironment();
    throw error;
  }
}

function serve({ listener, invokeManually, functions }: AssembledApp, close: () => Promise<void>): OpenFunctionApp {
  const server = new Server(listener);
  const dial: Dial = ({ agent: _agent, ...options }) => {
    // node:http accepts any duplex stream as a connection, and without an agent it sends on the stream it is given.
    const [client, serving] = stream.duplexPair();
    server.emit('connection', serving);
    return httpRequest({ ...options, createConnection: () => client });
  };
  let closing: Promise<void> | undefined;
  return {
    functions,
    fetch: (input, init) => fetchOver(dial, { input, init }),
    invoke: (functionName, payload) => invokeManually(functionName, toInput(payload)),
    close: () => (closing ??= close()),
  };
}

/** Adds the app's settings to the environment of this process. The returned function restores it. */
function applyEnvironment({ env }: WorkerInit): () => void {
  const before = { ...process.env };
  Object.assign(process.env, env);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

function emit(batch: readonly HostEvent[], onEvent: ((event: HostEvent) => void) | undefined): true {
  for (const event of batch) onEvent?.(event);
  return true;
}
