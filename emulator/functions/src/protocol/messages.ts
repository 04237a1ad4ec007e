import type { TlsIdentity } from '@lazurite/http';
import type { HostSettings } from '../config/host-settings.ts';
import type { StorageSource } from './changes.ts';
import type { FunctionInfo, HostEvent } from './events.ts';
import type { RpcLogLevel } from './rpc-types.ts';

/** Raised with every change that an older counterpart would misread. Supervisor and worker come from one package. */
export const PROTOCOL_VERSION = 3;

export interface CorsSettings {
  /** Exact origins, or the single `*`; none: CORS is off. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
}

/** All that a worker needs to know before it loads the app. */
export interface WorkerInit {
  readonly appRoot: string;
  /** The whole environment of the app; replaces the one the process was started with. */
  readonly env: Readonly<Record<string, string>>;
  /** host.json as it applies. */
  readonly settings: HostSettings;
  /** Only these functions run; null: all. */
  readonly functions: readonly string[] | null;
  /** Whether triggers other than HTTP fire. */
  readonly triggers: boolean;
  /** Whether the app's modules come from `appRoot` alone. */
  readonly confined: boolean;
  /** Whether functions and the admin API ask for their keys. */
  readonly enableAuth: boolean;
  readonly cors: CorsSettings;
  /** Names by which the host is reached besides its own, as of `EdgeOptions` in @lazurite/http. */
  readonly allowedHosts: readonly string[];
  /** Absent: plain HTTP. */
  readonly tls?: TlsIdentity;
  /** Where triggers keep their state. */
  readonly dataDir: string;
  /** Distinguishes this app from others that share a storage account. */
  readonly hostId: string;
  readonly maxBodyBytes: number;
  /** Whether anybody listens to the start and end of invocations, and to what the app prints between; they are many. */
  readonly reportInvocations: boolean;
  /** How long requests in flight may take to end when the worker stops, in ms. */
  readonly drainMs: number;
  /** Where the app is reached, for example `http://127.0.0.1:7071`. */
  readonly publicUrl: string;
}

/** What a worker without the app needs to know to answer with 503. */
export type UnavailableOptions = Pick<WorkerInit, 'publicUrl' | 'drainMs' | 'tls'>;

/** From the supervisor to the worker. `init` carries the bound socket beside it. */
export type ToWorker =
  | { readonly type: 'init'; readonly version: number; readonly init: WorkerInit }
  /** `storage`: the storage beside this host, if there is one. */
  | { readonly type: 'start-triggers'; readonly storage: LocalStorage | null }
  | { readonly type: 'storage-used' }
  /** Something was written to the storage beside this host. */
  | ({ readonly type: 'storage-changed' } & ChangeInStorage)
  /** There is something new in the change feed of a container. */
  | { readonly type: 'container-changed'; readonly database: string; readonly container: string }
  /** In place of `init`: the app cannot be loaded, and every request gets 503. Carries the bound socket, too. */
  | { readonly type: 'serve-unavailable'; readonly version: number; readonly options: UnavailableOptions }
  | { readonly type: 'ping' }
  | { readonly type: 'open-inspector'; readonly host: string; readonly port: number }
  /** `idleGraceMs`: how long a kept-alive connection that was just used may bring one more request. */
  | { readonly type: 'stop'; readonly idleGraceMs: number }
  | { readonly type: 'invoke'; readonly id: number; readonly functionName: string; readonly input: string | null };

/** Storage whose writes the host is notified of. */
export interface LocalStorage {
  readonly connectionString: string;
  /** Nothing is stored there, until `storage-used` says otherwise. */
  readonly isUnused: boolean;
}

/** What a trigger that waits for this source may find there now; `blob` is null for a queue. */
export interface ChangeInStorage {
  readonly source: StorageSource;
  readonly blob: string | null;
}

/** From the worker to the supervisor. */
export type FromWorker =
  | { readonly type: 'ready'; readonly functions: readonly FunctionInfo[] }
  | { readonly type: 'failed'; readonly code: 'AppLoadFailed' | 'PortInUse' | 'Unexpected'; readonly message: string }
  | { readonly type: 'pong' }
  /** A process that the app needs beside the worker, the leader of a group, has started or ended: it must end with it. */
  | { readonly type: 'child'; readonly pid: number; readonly isAlive: boolean }
  /** The worker accepts no more connections and takes no more events. */
  | { readonly type: 'closing' }
  /** An invocation hangs beyond its time: the process should be replaced. */
  | { readonly type: 'recycle' }
  | { readonly type: 'events'; readonly events: readonly HostEvent[] }
  | { readonly type: 'invoked'; readonly id: number; readonly outcome: InvokeOutcome };

/** One line that a function logged. */
export interface InvocationLogLine {
  readonly level: RpcLogLevel;
  readonly message: string;
}

/**
 * What came of calling a function by hand. `result` and `outputs` are what the function produced, as JSON values; of an
 * HTTP function it is `{ status, headers, body }`, the body as text.
 */
export type InvokeOutcome =
  | {
      readonly status: 'succeeded';
      readonly result: unknown;
      readonly outputs: Readonly<Record<string, unknown>>;
      readonly logs: readonly InvocationLogLine[];
    }
  | { readonly status: 'failed'; readonly error: string; readonly logs: readonly InvocationLogLine[] }
  | { readonly status: 'not-found'; readonly logs: readonly [] };
