import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Clock, type Closeable, type Log, silentLog, startOrUndo, systemClock } from '@lazurite/runtime';
import type { CorsSettings } from '../http/cors.ts';
import type { FunctionInfo, HostEvent } from '../ipc/events.ts';
import type { InvokeOutcome, WorkerInit } from '../ipc/messages.ts';
import type { ContainerName } from '../triggers/cosmos/container-changes.ts';
import { type Environment, readConfiguration } from './app-environment.ts';
import { readDebugging } from './debugging.ts';
import { bindSocket } from './listening-socket.ts';
import { Supervisor } from './supervisor.ts';
import { type HttpsOptions, readTlsIdentity } from './tls-identity.ts';
import { type WatchOptions, watchApp } from './watch-app.ts';
import { readWorkerArguments } from './worker-arguments.ts';
import { WorkerProcess } from './worker-process.ts';

export interface FunctionsHostOptions {
  /** The folder of the function app: where host.json and package.json are. */
  readonly scriptRoot: string;
  /** Default 7071; 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /**
   * The environment that the app sees beside its local.settings.json, over which it wins. Default: that of this
   * process. A promise lets the worker process boot while the environment is still being made.
   */
  readonly env?: Environment | Promise<Environment>;
  /** Changes values of local.settings.json, for example to name the port of a local service really in use. */
  readonly rewriteSetting?: (value: string) => string;
  /** Options of Node.js for the worker process, for example `--inspect=9229`. */
  readonly nodeArguments?: readonly string[];
  /** How long requests in flight may take to end when the host closes or reloads, in ms. Default 5,000. */
  readonly drainMs?: number;
  /** Only these functions run. Wins over `functions` of host.json; absent in both: all. */
  readonly functions?: readonly string[];
  /** Whether functions and the admin API ask for their keys, which are in the data directory. Default false, as locally in Azure's tools. */
  readonly enableAuth?: boolean;
  /** Serves HTTPS, with the certificate named or with one made for this machine. Absent: HTTP. */
  readonly https?: HttpsOptions;
  /** Wins over `Host.CORS` of local.settings.json. */
  readonly cors?: CorsSettings;
  /** Where triggers keep their state. Default: `.lazurite/functions` in the app's folder. */
  readonly dataDir?: string;
  /** Whether triggers other than HTTP fire; every function can be called by hand all the same. Default true. */
  readonly triggers?: boolean;
  /** Whether to reload when the app's files change. Default false. */
  readonly watch?: boolean;
  /** How long the app may take to load, in ms. Default 20,000, as of `func start --timeout`. */
  readonly startTimeoutMs?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Told of everything that happens; absent: starts and ends of invocations are not even reported by the worker. */
  readonly onEvent?: (event: HostEvent) => void;
}

export interface FunctionsHost extends Closeable {
  /** For example `http://127.0.0.1:7071`. */
  readonly url: string;
  readonly port: number;
  /** As of the last start or reload. */
  readonly functions: readonly FunctionInfo[];
  /** Calls a function by name with the text its trigger would have delivered; null: none. */
  invoke(functionName: string, input: string | null): Promise<InvokeOutcome>;
  /** For the data server beside this host to tell that there is something new in the change feed of a container. */
  containerChanged(name: ContainerName): void;
  /** Serves the app as it is on disk now. Rejects when it cannot be loaded; then the old one goes on. */
  reload(): Promise<void>;
  /** Lets requests in flight end, runs the app's `appTerminate` hooks, and leaves no process and no port behind. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 7071;
const DEFAULT_DRAIN_MS = 5_000;
const DEFAULT_START_TIMEOUT_MS = 20_000;
/** A client in a loop reuses its connection well within this time. */
const IDLE_GRACE_MS = 100;
/** Kestrel's limit as Azure's host sets it. */
const DEFAULT_MAX_BODY_BYTES = 104_857_600;

/**
 * Serves a Node.js function app, in a worker process of its own.
 *
 * @throws PortInUseError; AppLoadError when the app cannot be loaded; ConfigError when its settings cannot be read
 * @example
 * const host = await startFunctionsHost({ scriptRoot: './my-app', port: 0 });
 * const response = await fetch(`${host.url}/api/hello`);
 * await host.close();
 */
export function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { address = '127.0.0.1', port = DEFAULT_PORT, drainMs = DEFAULT_DRAIN_MS, clock = systemClock } = options;
  const onEvent = options.onEvent ?? (() => undefined);
  const appRoot = resolve(options.scriptRoot);
  return startOrUndo(async (shutdown) => {
    const socket = bindSocket(address, port);
    shutdown.add({ close: async () => socket.close() });
    const url = `${options.https ? 'https' : 'http'}://${address.includes(':') ? `[${address}]` : address}:${socket.port}`;
    const log = options.log ?? silentLog;
    const settings = options.env instanceof Promise ? process.env : (options.env ?? process.env);
    const nodeArguments = [...readWorkerArguments(appRoot, settings), ...(options.nodeArguments ?? [])];
    const debugging = readDebugging(nodeArguments);
    const worker = { appRoot, clock, log, onEvent, isDebugged: debugging.address !== undefined };
    const supervisor = shutdown.add(
      new Supervisor({
        clock,
        handle: socket.handle,
        drainMs,
        startTimeoutMs: options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS,
        onEvent,
        debugging,
        fork: (isFirst) =>
          new WorkerProcess({ ...worker, nodeArguments: isFirst ? nodeArguments : debugging.laterArguments }),
        configure: () => configureWorker({ ...options, appRoot, url, drainMs }),
      }),
    );
    await supervisor.start();
    if (options.watch) shutdown.add(await watchAndReload(supervisor, { appRoot, clock, log }));
    return {
      url,
      port: socket.port,
      get functions() {
        return supervisor.functions;
      },
      invoke: (functionName, input) => supervisor.invoke(functionName, input),
      containerChanged: (name) => supervisor.containerChanged(name),
      reload: () => supervisor.reload(),
      close: () => shutdown.close(),
    };
  });
}

function watchAndReload(
  supervisor: Supervisor,
  options: Pick<WatchOptions, 'appRoot' | 'clock' | 'log'>,
): Promise<Closeable> {
  return watchApp({
    ...options,
    runsTypeScript: () => supervisor.functions.some(({ scriptFile }) => /\.[cm]?ts$/.test(scriptFile ?? '')),
    onFirstChange: () => supervisor.prepareReload(),
    // An app that does not load is reported as an event; the next change is the next try.
    onChange: () => void supervisor.reload().catch(() => undefined),
  });
}

interface WorkerConfiguration extends FunctionsHostOptions {
  readonly appRoot: string;
  readonly url: string;
  readonly drainMs: number;
}

async function configureWorker(options: WorkerConfiguration): Promise<WorkerInit> {
  const { appRoot, url, drainMs, rewriteSetting = (value) => value } = options;
  const hostname = `localhost:${new URL(url).port}`;
  const environment = (await options.env) ?? process.env;
  const { env, host, local } = await readConfiguration({ appRoot, env: environment, rewriteSetting, hostname });
  const dataDir = options.dataDir ?? join(appRoot, '.lazurite', 'functions');
  const clock = options.clock ?? systemClock;
  const tls = options.https && (await readTlsIdentity(options.https, { dataDir, clock }));
  for (const line of local.warnings) options.onEvent?.({ type: 'console', stream: 'stdout', line });
  return {
    appRoot,
    env,
    settings: host,
    enableAuth: options.enableAuth ?? false,
    triggers: options.triggers ?? true,
    functions: options.functions ?? host.functions ?? null,
    cors: options.cors ?? { origins: local.host.cors, credentials: local.host.corsCredentials },
    dataDir,
    ...(tls && { tls }),
    hostId: env.AzureFunctionsWebHost__hostid ?? hostIdOf(appRoot),
    maxBodyBytes: Number(env.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT) || DEFAULT_MAX_BODY_BYTES,
    idleGraceMs: IDLE_GRACE_MS,
    drainMs,
    reportInvocations: options.onEvent !== undefined,
    publicUrl: url,
  };
}

/** The same for the same folder; Azure's host makes it of machine and app name (`HostIdProvider`). */
function hostIdOf(appRoot: string): string {
  return createHash('sha256').update(appRoot).digest('hex').slice(0, 32);
}
