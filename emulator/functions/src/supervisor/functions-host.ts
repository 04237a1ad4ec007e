import type { Clock, Closeable, Log } from '@lazurite/runtime';
import type { ContainerName, StorageChange } from '../protocol/changes.ts';
import type { FunctionInfo, HostEvent } from '../protocol/events.ts';
import type { CorsSettings, InvokeOutcome, LocalStorage } from '../protocol/messages.ts';
import type { Environment } from './configuration/app-environment.ts';
import type { HttpsOptions } from './configuration/tls-identity.ts';

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
  /** Read instead of local.settings.json of the app's folder; null: no settings but the environment. */
  readonly settingsFile?: string | null;
  /**
   * Whether the app's modules come from its folder alone, so that what it lacks there is missing as it would be once
   * deployed, though a folder above has it. Default false. Not on Node.js before 22.15, which cannot tell.
   */
  readonly confined?: boolean;
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
  /** Further names by which the host is reached: `lazurite`, `*.devtunnels.example`, or `*` for all. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** Where triggers keep their state. Default: `.lazurite/functions` in the app's folder. */
  readonly dataDir?: string;
  /** Whether triggers other than HTTP fire; every function can be called by hand all the same. Default true. */
  readonly triggers?: boolean;
  /** Whether to reload when the app's files change. Default false. */
  readonly watch?: boolean;
  /**
   * The storage beside this host, of whose writes `dataChanges` is notified: while it is unused, triggers do not look there.
   * Asked when triggers start. Default: there is none, and triggers poll.
   */
  readonly localStorage?: () => LocalStorage | undefined;
  /** How long the app may take to load, in ms. Default 20,000, as of `func start --timeout`. */
  readonly startTimeoutMs?: number;
  /** Ends a start that is under way: it rejects, and its worker process is killed, whatever the app waits for. */
  readonly signal?: AbortSignal;
  /** For the supervisor's timers; the worker, another process, has its own clock and chance. Default: the system's. */
  readonly clock?: Clock;
  readonly log?: Log;
  /** Called for each event; absent: starts and ends of invocations are not even reported by the worker. */
  readonly onEvent?: (event: HostEvent) => void;
  /** Whether events say what came into each invocation and what went out. Default false. */
  readonly capturesInvocations?: boolean;
}

/** Reports of the data servers beside a host. They end the sleep of the triggers that wait for what was written. */
export interface DataChanges {
  /** There is something new in the change feed of the container. */
  containerChanged(name: ContainerName): void;
  storageChanged(change: StorageChange): void;
  /** The storage is no longer unused. */
  storageUsed(): void;
}

export interface FunctionsHost extends Closeable {
  /** For example `http://127.0.0.1:7071`. */
  readonly url: string;
  readonly port: number;
  /** As of the last start or reload. */
  readonly functions: readonly FunctionInfo[];
  /** Sends a request to the app, whatever host name its URL has; a path is enough. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Calls a function by name with what its trigger would have delivered: text as it is, other values as JSON.
   * Absent or null: nothing.
   */
  invoke(functionName: string, payload?: unknown): Promise<InvokeOutcome>;
  /** Where the data servers beside this host report what was written to them. */
  readonly dataChanges: DataChanges;
  /** Serves the app as it is on disk now. Rejects when it cannot be loaded; then the old one goes on. */
  reload(): Promise<void>;
  /** Lets requests in flight end, runs the app's `appTerminate` hooks, and leaves no process and no port behind. */
  close(): Promise<void>;
}

/** A payload as a trigger delivers it: text as it is, other values as JSON; null: nothing. */
export function toInput(payload: unknown): string | null {
  if (payload === undefined || payload === null) return null;
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
