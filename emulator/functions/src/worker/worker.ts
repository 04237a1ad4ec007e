import { close as closeInspector, url as inspectorUrl, open as openInspector } from 'node:inspector';
import { type HttpServer, PortInUseError } from '@lazurite/http';
import type { Clock, Randomness } from '@lazurite/runtime';
import { AppLoadError, describeThrown, errnoOf, FunctionsHostError, messageOf } from '../errors.ts';
import { failInFlightRequests } from '../protocol/fail-in-flight-requests.ts';
import { type FromWorker, PROTOCOL_VERSION, type ToWorker, type WorkerInit } from '../protocol/messages.ts';
import { isToWorker } from '../protocol/validate.ts';
import { assembleApp } from './app/assemble-app.ts';
import { reportOutput } from './app/console-output.ts';
import { prepareApp } from './app/function-app.ts';
import { confineModules, trustCertificates } from './app/prepare-process.ts';
import { type RunningApp, runApp } from './app/running-app.ts';
import { serveUnavailable } from './app/serve-unavailable.ts';
import { installLazyFetch } from './fetch/lazy-fetch.ts';
import { createEventLog, EventBatch } from './invocation/event-batch.ts';
import type { FunctionApp, WorkerDependencies } from './invocation/function-app.ts';
import { ContainerChanges, StorageChanges } from './triggers/polling.ts';
import type { ChangeNotifications } from './triggers/trigger.ts';

/** The process as a worker needs it: its channel to the supervisor, and its end. */
export type WorkerProcess = Pick<NodeJS.Process, 'send' | 'on' | 'exit'>;

interface Worker {
  readonly process: WorkerProcess;
  readonly parts: WorkerDependencies & ChangeNotifications;
  readonly app: FunctionApp;
  running: Promise<RunningApp> | undefined;
  /** What answers with 503 in place of an app. */
  unavailable: Promise<HttpServer> | undefined;
  /** Whether connections are accepted. */
  isServing: boolean;
}

const NOTHING_YET = { running: undefined, unavailable: undefined, isServing: false } as const;

/** Exit code of a worker that could not start; it has said why before. */
const START_FAILED = 64;
/** Exit code of a worker whose app cannot go on: the supervisor starts another after a delay. */
const APP_FAILED = 1;

/** Serves the supervisor that forked this process, until it says stop or goes away. */
export function startWorker(
  process: WorkerProcess,
  real: { readonly clock: Clock; readonly randomness: Randomness },
): void {
  const events = new EventBatch(real.clock, process);
  const parts = {
    ...real,
    events,
    log: createEventLog(events, real.clock),
    changes: new ContainerChanges(),
    storage: new StorageChanges(),
  };
  const worker: Worker = { process, parts, app: prepareApp(parts), ...NOTHING_YET };
  process.on('message', (message: unknown, handle: unknown) => {
    if (isToWorker(message)) receive(worker, message, handle);
    else parts.log.warn({}, 'A message that is not part of the protocol was ignored');
  });
  // The supervisor is gone: nobody will restart, reload or stop this process any more.
  process.on('disconnect', () => process.exit(0));
  // After process.exit() or an uncaught exception in user code: open requests are answered with 500, as in Azure.
  process.on('exit', () => {
    failInFlightRequests();
    events.flush();
  });
  // A terminal sends these to all its processes. The supervisor has got them too, and says what is to be finished first.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
}

function receive(worker: Worker, message: ToWorker, handle: unknown): void {
  const send = (reply: FromWorker): void => void worker.process.send?.(reply);
  if (message.type === 'init') {
    assertVersion(message.version);
    worker.running = start(worker, message.init, handle);
    return;
  }
  if (message.type === 'serve-unavailable') {
    assertVersion(message.version);
    worker.isServing = true;
    worker.unavailable = serveUnavailable(message.options, handle);
    return;
  }
  if (message.type === 'ping') {
    send({ type: 'pong' });
    return;
  }
  if (message.type === 'container-changed') {
    worker.parts.changes.notify(message);
    return;
  }
  if (message.type === 'storage-changed') {
    worker.parts.storage.notify(message);
    return;
  }
  if (message.type === 'storage-used') {
    worker.parts.storage.markUsed();
    return;
  }
  if (message.type === 'open-inspector') {
    if (!inspectorUrl()) openInspector(message.port, message.host);
    return;
  }
  if (message.type === 'start-triggers') {
    if (message.storage) worker.parts.storage.join(message.storage);
    void worker.running?.then((running) => running.startTriggers());
    return;
  }
  if (message.type === 'stop') {
    void stop(worker, message.idleGraceMs);
    return;
  }
  const { id, functionName, input } = message;
  void worker.running
    ?.then((running) => running.invokeManually(functionName, input))
    .then((outcome) => send({ type: 'invoked', id, outcome }));
}

async function start(worker: Worker, init: WorkerInit, handle: unknown): Promise<RunningApp> {
  const { process, parts, app } = worker;
  try {
    const known = globalThis.process.env.NODE_EXTRA_CA_CERTS;
    replaceEnvironment(init.env);
    if (init.confined) confineModules(init.appRoot);
    if (!isOn(init.env.LAZURITE_NATIVE_FETCH)) installLazyFetch();
    const { NODE_EXTRA_CA_CERTS: extra } = init.env;
    if (extra && extra !== known) trustCertificates(extra, parts.log);
    const onUnusable = () => void process.send?.({ type: 'recycle' } satisfies FromWorker);
    if (init.reportInvocations) reportConsole(worker); // else the pipe of the process has it all
    const assembled = await assembleApp(app, {
      dependencies: parts,
      init,
      onUnusable,
      onChild: (pid, isAlive) => void process.send?.({ type: 'child', pid, isAlive } satisfies FromWorker),
      onFailed: () => process.exit(APP_FAILED),
    });
    const running = await runApp(assembled, { dependencies: parts, init, handle });
    worker.isServing = true;
    process.send?.({ type: 'ready', functions: running.functions } satisfies FromWorker);
    return running;
  } catch (error) {
    parts.events.flush();
    const failure: FromWorker = { type: 'failed', code: codeOf(error), message: messageFor(error) };
    process.send?.(failure, () => process.exit(START_FAILED));
    return new Promise(() => undefined); // the process ends before anybody can wait for it
  }
}

/** Called before anything of the app is loaded. */
function reportConsole(worker: Worker): void {
  const { events, clock } = worker.parts;
  for (const stream of ['stdout', 'stderr'] as const) {
    const flush = reportOutput(globalThis.process[stream], {
      stream,
      events,
      now: () => clock.now(),
    });
    worker.process.on('exit', () => {
      flush();
      events.flush();
    });
  }
}

async function stop(worker: Worker, idleGraceMs: number): Promise<void> {
  const { process, parts } = worker;
  if (!worker.isServing) process.exit(0); // an app that is still loading has no requests, and may load forever
  const server = (await worker.running) ?? (await worker.unavailable);
  const closed = server?.close(idleGraceMs);
  process.send?.({ type: 'closing' } satisfies FromWorker);
  await closed;
  parts.events.flush();
  if (inspectorUrl()) closeInspector(); // else Node would wait for the debugger to go
  process.exit(0);
}

function isOn(setting: string | undefined): boolean {
  return setting === '1' || setting?.toLowerCase() === 'true';
}

function codeOf(error: unknown): 'AppLoadFailed' | 'PortInUse' | 'Unexpected' {
  if (error instanceof PortInUseError) return 'PortInUse';
  return error instanceof AppLoadError ? 'AppLoadFailed' : 'Unexpected';
}

/** With the stack of what the app threw: that is where its author looks next. */
function messageFor(error: unknown): string {
  if (error instanceof AppLoadError && error.cause) return `${error.message}\n${describeThrown(error.cause)}`;
  // The stack of a file system error leads into this host: its message alone names the file.
  if (error instanceof FunctionsHostError || errnoOf(error) !== undefined) return messageOf(error);
  return describeThrown(error);
}

function replaceEnvironment(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

function assertVersion(version: number): void {
  if (version === PROTOCOL_VERSION) return;
  throw new Error(`The supervisor speaks version ${version} of the worker protocol, this worker ${PROTOCOL_VERSION}`);
}
