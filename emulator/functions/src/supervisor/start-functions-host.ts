import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join, resolve } from 'node:path';
import { type Closeable, silentLog, startOrUndo, systemClock } from '@lazurite/runtime';
import { configureWorker } from './configuration/configure-worker.ts';
import { readDebugging } from './configuration/debugging.ts';
import { readWorkerArguments } from './configuration/worker-arguments.ts';
import { type Dial, fetchOver } from './fetch-over.ts';
import { type FunctionsHost, type FunctionsHostOptions, toInput } from './functions-host.ts';
import { bindSocket } from './listening-socket.ts';
import { OrphanGuard } from './orphan-guard.ts';
import { Supervisor } from './supervisor.ts';
import { type WatchOptions, watchApp } from './watch-app.ts';
import { WorkerProcess } from './worker-process.ts';

const DEFAULT_PORT = 7071;
const DEFAULT_DRAIN_MS = 5_000;
const DEFAULT_START_TIMEOUT_MS = 20_000;

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
    const { settingsFile = join(appRoot, 'local.settings.json') } = options;
    const nodeArguments = [...readWorkerArguments(settingsFile, settings), ...(options.nodeArguments ?? [])];
    const debugging = readDebugging(nodeArguments);
    const worker = { appRoot, clock, log, onEvent, isDebugged: debugging.address !== undefined };
    const supervisor = shutdown.add(
      new Supervisor({
        clock,
        handle: socket.handle,
        stopListening: () => socket.close(),
        guard: new OrphanGuard(log),
        drainMs,
        startTimeoutMs: options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS,
        onEvent,
        debugging,
        keepsStandby: options.watch ?? false,
        localStorage: options.localStorage ?? (() => undefined),
        fork: (isFirst) => {
          if (!isFirst) return new WorkerProcess({ ...worker, nodeArguments: debugging.laterArguments });
          const first = new WorkerProcess({ ...worker, nodeArguments: debugging.firstArguments });
          options.signal?.addEventListener('abort', () => first.kill());
          return first;
        },
        configure: (isReload) => configureWorker({ ...options, appRoot, url, drainMs, isReload }),
      }),
    );
    const loadedAt = systemClock.now(); // compared with times of files, which have the machine's clock
    await supervisor.start();
    if (options.watch) shutdown.add(watchAndReload(supervisor, { appRoot, clock, log, loadedAt }));
    return {
      url,
      port: socket.port,
      get functions() {
        return supervisor.functions;
      },
      fetch: (input, init) => fetchOver(dialTo(url), { input, init }),
      invoke: (functionName, payload) => supervisor.invoke(functionName, toInput(payload)),
      dataChanges: supervisor.dataChanges,
      reload: () => supervisor.reload(),
      close: () => shutdown.close(),
    };
  });
}

function watchAndReload(
  supervisor: Supervisor,
  options: Pick<WatchOptions, 'appRoot' | 'clock' | 'log' | 'loadedAt'>,
): Closeable {
  return watchApp({
    ...options,
    runsTypeScript: () => supervisor.functions.some(({ scriptFile }) => /\.[cm]?ts$/.test(scriptFile ?? '')),
    onFirstChange: () => supervisor.prepareReload(),
    // An app that does not load is reported as an event; the next change is the next try.
    onChange: () => void supervisor.reload().catch(() => undefined),
  });
}

/** A host that this process has started needs no proof of who it is. */
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

function dialTo(url: string): Dial {
  const { host, hostname, port, protocol } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port };
  const underOwnName: Dial = ({ headers, ...options }) => {
    const asked = new Headers(headers as Record<string, string>).get('host') ?? host; // made from a fetch Request
    const named = { ...options, ...address, headers: { ...headers, host: LOCAL_HOST.test(asked) ? asked : host } };
    return protocol === 'https:' ? httpsRequest({ ...named, rejectUnauthorized: false }) : httpRequest(named);
  };
  return underOwnName;
}
