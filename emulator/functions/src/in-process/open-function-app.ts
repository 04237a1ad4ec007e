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
import type { StorageChange } from '../protocol/changes.ts';
import type { HostEvent } from '../protocol/events.ts';
import type { LocalStorage, WorkerInit } from '../protocol/messages.ts';
import { configureWorker } from '../supervisor/configuration/configure-worker.ts';
import { type Dial, fetchOver } from '../supervisor/fetch-over.ts';
import {
  type DataChanges,
  type FunctionsHost,
  type FunctionsHostOptions,
  toInput,
} from '../supervisor/functions-host.ts';
import { type AssembledApp, assembleApp } from '../worker/app/assemble-app.ts';
import { prepareApp } from '../worker/app/function-app.ts';
import type { CoreApi } from '../worker/core/core-api.ts';
import { createEventLog, EventBatch } from '../worker/invocation/event-batch.ts';
import { ContainerChanges, StorageChanges } from '../worker/triggers/polling.ts';
import type { TriggerStates } from '../worker/triggers/trigger.ts';
import { sharedCore } from './shared-core.ts';

export interface HostedAppOptions
  extends Pick<
    FunctionsHostOptions,
    'scriptRoot' | 'env' | 'functions' | 'dataDir' | 'onEvent' | 'settingsFile' | 'rewriteSetting'
  > {
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

export interface StartTriggersOptions {
  /** Of the same app before, from which the triggers go on. */
  readonly states?: TriggerStates | undefined;
  /** Resolves when what a trigger has begun is over. */
  readonly atRest: () => Promise<void>;
}

/** A function app in this process, with triggers that fire when they are notified, and a state that can be taken back. */
export interface HostedApp extends Pick<FunctionsHost, 'functions' | 'fetch' | 'invoke' | 'dataChanges'>, Closeable {
  /** How host.json has messages of queues encoded. */
  readonly messageEncoding: 'base64' | 'none';
  /**
   * Starts the triggers other than HTTP. They poll nothing: `dataChanges` has to be notified of every write, at once.
   * Resolves when each has started, or waits for its event source.
   *
   * One starts after the other, so that the same start is the same story.
   *
   * @param storage the storage beside this host
   */
  startTriggers(storage: LocalStorage, options: StartTriggersOptions): Promise<void>;
  /** Resolves when the triggers wait for events. To be awaited after the first use of the storage. */
  triggersReady(): Promise<void>;
  /** What the triggers know, as JSON can write it. While no invocation runs. */
  triggerStates(): TriggerStates;
  /** Takes the triggers back to what they knew. While no invocation runs. */
  restoreTriggers(states: TriggerStates): void;
  /** Runs the app's `appTerminate` hooks and, with the last app, restores the environment of this process. */
  close(): Promise<void>;
}

export type OpenFunctionAppOptions = Omit<HostedAppOptions, 'settingsFile' | 'rewriteSetting'>;

/** A function app in this process, without a worker process and a port. Only `invoke` fires its triggers. */
export type OpenFunctionApp = Pick<HostedApp, 'functions' | 'fetch' | 'invoke' | 'close'>;

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
  if (sharedCore().appRoot !== undefined)
    throw new AppLoadError('Another function app is open in this process. Close it first');
  const { functions, fetch, invoke, close } = await openHostedApp(options);
  return { functions, fetch, invoke, close };
}

/** The address that functions see. */
const ADDRESS = 'http://localhost:7071';

/** One app is opened after the other: its modules register their functions while they are loaded. */
let opening: Promise<unknown> = Promise.resolve();

/**
 * Loads a function app into this process. The same app can be open several times, with one environment. Its modules are
 * loaded once in the lifetime of the process, so what they keep is common to all.
 *
 * @throws AppLoadError when the app cannot be loaded, or another is open; ConfigError when its settings cannot be read
 */
export function openHostedApp(options: HostedAppOptions): Promise<HostedApp> {
  const opened = opening.then(() => open(options));
  opening = opened.catch(() => undefined);
  return opened;
}

async function open(options: HostedAppOptions): Promise<HostedApp> {
  const { clock = systemClock, randomness = systemRandomness, onEvent } = options;
  const appRoot = resolve(options.scriptRoot);
  const shared = sharedCore();
  if (![undefined, appRoot].includes(shared.appRoot))
    throw new AppLoadError('Another function app is open in this process. Close it first');
  const init = await configureWorker({
    ...options,
    appRoot,
    url: ADDRESS,
    allowedHosts: ['*'], // nothing listens: only this process sends requests
    drainMs: 0,
    dataDir: options.dataDir ?? join(appRoot, '.lazurite', 'functions'),
    log: silentLog,
  });
  const restoreEnvironment = applyEnvironment(init);
  const events = new EventBatch(clock, { send: (message) => emit(message.events, onEvent) }, 0);
  const dependencies = {
    clock,
    randomness,
    events,
    log: createEventLog(events, clock),
    changes: new ContainerChanges(),
    storage: new StorageChanges(),
    eventDriven: true,
  } as const;
  let closeCore = (): void => undefined;
  const provide = (core: CoreApi): void => {
    closeCore = shared.open(appRoot, core);
  };
  const app = prepareApp(dependencies, provide);
  const undo = (): void => {
    closeCore();
    restoreEnvironment();
  };
  try {
    const assembled = await assembleApp(app, { dependencies, init, onUnusable: () => undefined });
    const { messageEncoding } = init.settings.queues;
    const controls = controlTriggers(assembled, dependencies);
    return { ...serve(assembled), ...controls, messageEncoding, close: closing(assembled, undo) };
  } catch (error) {
    undo();
    throw error;
  }
}

function closing({ triggers, terminate }: AssembledApp, undo: () => void): () => Promise<void> {
  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    await triggers.stop();
    await terminate();
    undo();
  }
  return () => (closed ??= close());
}

function serve({
  listener,
  invokeManually,
  functions,
}: AssembledApp): Pick<HostedApp, 'functions' | 'fetch' | 'invoke'> {
  const server = new Server(listener);
  const dial: Dial = ({ agent: _agent, ...options }) => {
    // node:http accepts any duplex stream as a connection, and without an agent it sends on the stream it is given.
    const [client, serving] = stream.duplexPair();
    server.emit('connection', serving);
    return httpRequest({ ...options, createConnection: () => client });
  };
  return {
    functions,
    fetch: (input, init) => fetchOver(dial, { input, init }),
    invoke: (functionName, payload) => invokeManually(functionName, toInput(payload)),
  };
}

interface Notified {
  readonly changes: ContainerChanges;
  readonly storage: StorageChanges;
}

function controlTriggers(
  { triggers, isOffline }: AssembledApp,
  { changes, storage }: Notified,
): Pick<HostedApp, 'startTriggers' | 'triggersReady' | 'triggerStates' | 'restoreTriggers' | 'dataChanges'> {
  const dataChanges: DataChanges = {
    containerChanged: (name) => changes.notify(name),
    storageChanged: (change) => storage.notify(toChangeInStorage(change)),
    storageUsed: () => storage.markUsed(),
  };
  return {
    dataChanges,
    startTriggers: async (local, { states = {}, atRest }) => {
      storage.join(local);
      if (!isOffline) await triggers.startInTurn(states, atRest);
      await triggers.ready();
    },
    triggersReady: () => triggers.ready(),
    triggerStates: () => triggers.states(),
    restoreTriggers: (states) => triggers.restore(states),
  };
}

function toChangeInStorage(change: StorageChange): Parameters<StorageChanges['notify']>[0] {
  if (change.service === 'queue') return { source: `queue/${change.queue}`, blob: null };
  return { source: `blob/${change.container}`, blob: change.blob };
}

/** The environment of this process before the first app was opened, and how many are open. */
const environment = { before: {} as NodeJS.ProcessEnv, applied: '', users: 0 };

/** Adds the app's settings to the environment of this process. The returned function restores it once no app is open. */
function applyEnvironment({ env }: WorkerInit): () => void {
  const applied = JSON.stringify(Object.entries(env).sort());
  if (environment.users > 0 && environment.applied !== applied)
    throw new AppLoadError('The function app is open in this process with another environment. Close it first');
  if (environment.users === 0) {
    Object.assign(environment, { before: { ...process.env }, applied });
    Object.assign(process.env, env);
  }
  environment.users += 1;
  return () => {
    environment.users -= 1;
    if (environment.users > 0) return;
    for (const name of Object.keys(process.env)) if (!(name in environment.before)) delete process.env[name];
    Object.assign(process.env, environment.before);
  };
}

function emit(batch: readonly HostEvent[], onEvent: ((event: HostEvent) => void) | undefined): true {
  for (const event of batch) onEvent?.(event);
  return true;
}
