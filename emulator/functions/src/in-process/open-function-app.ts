import { request as httpRequest, Server } from 'node:http';
import { join, resolve } from 'node:path';
import { duplexPair } from 'node:stream';
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
import { ContainerChanges } from '../triggers/cosmos/container-changes.ts';
import { StorageChanges } from '../triggers/storage-changes.ts';
import { type AssembledApp, assembleApp } from '../worker/assemble-app.ts';
import { EventBatch } from '../worker/event-batch.ts';
import { eventLog } from '../worker/event-log.ts';
import { prepareApp } from '../worker/function-app.ts';
import { sharedCore } from './shared-core.ts';

export interface OpenFunctionAppOptions
  extends Pick<FunctionsHostOptions, 'scriptRoot' | 'env' | 'functions' | 'dataDir' | 'onEvent'> {
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

/** A function app in this process: no worker, no port. Its triggers fire only by `invoke`. */
export interface OpenFunctionApp extends Pick<FunctionsHost, 'functions' | 'fetch' | 'invoke'>, Closeable {
  /** Runs the app's `appTerminate` hooks and gives this process its environment back. */
  close(): Promise<void>;
}

/** What functions see as their address. */
const ADDRESS = 'http://localhost:7071';

/**
 * Loads a function app into this process, for tests of its functions as Azure would run them: routes, hooks, bindings
 * and all. One app at a time. Its modules are loaded once in the life of the process, whatever changes on disk, and so is
 * `@azure/functions`, whose `app.setup()` only the first app can call.
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
  const init = await configureWorker({ ...options, appRoot, url: ADDRESS, drainMs: 0, dataDir, log: silentLog });
  const restoreEnvironment = applyEnvironment(init);
  const events = new EventBatch(clock, (batch) => tell(batch, onEvent));
  const notices = { changes: new ContainerChanges(), storage: new StorageChanges() };
  const parts = { clock, randomness, events, log: eventLog(events, clock), ...notices };
  const app = prepareApp(parts, (core) => shared.open(appRoot, core));
  try {
    const assembled = await assembleApp(app, { parts, init, onUnusable: () => undefined });
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

function serve({ listener, invokeByHand, functions }: AssembledApp, close: () => Promise<void>): OpenFunctionApp {
  const server = new Server(listener);
  const dial: Dial = ({ agent: _none, ...options }) => {
    // node:http serves any duplex stream as a connection, and without an agent sends over whatever it is given.
    const [client, serving] = duplexPair();
    server.emit('connection', serving);
    return httpRequest({ ...options, createConnection: () => client });
  };
  let closing: Promise<void> | undefined;
  return {
    functions,
    fetch: (input, init) => fetchOver(dial, { input, init }),
    invoke: (functionName, payload) => invokeByHand(functionName, toInput(payload)),
    close: () => (closing ??= close()),
  };
}

/** Adds the app's settings to the environment of this process. Returns what takes them back. */
function applyEnvironment({ env }: WorkerInit): () => void {
  const before = { ...process.env };
  Object.assign(process.env, env);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

function tell(batch: readonly HostEvent[], onEvent: ((event: HostEvent) => void) | undefined): void {
  for (const event of batch) onEvent?.(event);
}
