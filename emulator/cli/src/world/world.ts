import type { Container, CosmosClient } from '@azure/cosmos';
import type { FunctionInfo, HostEvent, InvokeOutcome } from '@lazurite/functions';
import type { TokenOptions } from '@lazurite/identity';
import type { Fault, Faults } from './faults.ts';
import type { WorldBlobs, WorldQueue } from './storage-handles.ts';
import type { TimeReport } from './world-time.ts';

export interface WorldOptions {
  /** The folder of the function app, or the zip that is deployed. Default: the current folder. */
  readonly app?: string;
  /** A file that `save` wrote: the world goes on from there, and has its time, data and chance. */
  readonly from?: string;
  /** The time at which the world begins, for example `2026-01-01T00:00:00Z`. Default: the machine's. */
  readonly time?: string | number | Date;
  /**
   * A file in the form of local.settings.json, or null for none. Default: the one in the folder of the app. A zip has none.
   */
  readonly settings?: string | null;
  /** What all chance in the world follows from. Default 1. */
  readonly seed?: number;
  /** App settings, over those of local.settings.json and the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Only these functions run. Default: all that host.json allows. */
  readonly functions?: readonly string[];
  /**
   * What `Date` tells the app, while it runs on behalf of the world: the time of the `world`, or of the `system`, which no
   * test moves. Default `system`. Timers of the app, as of `setTimeout`, are the machine's in any case.
   */
  readonly appTime?: 'system' | 'world';
  /** How long, in ms of the machine, the world waits for what runs in it before it says what that is. Default 30,000. */
  readonly maxWaitMs?: number;
}

/**
 * A function app with its database, storage, tokens and time, in this process. Nothing outlives it, and time moves only
 * when the test moves it.
 */
export interface World extends AsyncDisposable {
  readonly functions: readonly FunctionInfo[];
  /** The time of the world, in ms since the Unix epoch. */
  readonly now: number;
  /** Sends a request to the app; a path is enough. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** A caller with a token of the world's issuer. */
  as(identity: TokenOptions): Caller;
  /** The request units that the app spent in Cosmos DB for a response of `fetch`. */
  chargeOf(response: Response): number;
  /** Calls a function with what its trigger would have delivered: text as it is, other values as JSON. */
  invoke(functionName: string, payload?: unknown): Promise<Run>;
  readonly cosmos: WorldCosmos;
  queue(name: string): WorldQueue;
  blob(container: string): WorldBlobs;
  /** For clients of the test's own: what the settings of the app hold. */
  readonly connectionStrings: { readonly cosmos: string; readonly storage: string };

  /** Moves time on, by `4h`, `30d` or milliseconds, and runs what falls due on the way, in order. */
  advance(duration: string | number): Promise<TimeReport>;
  /** As `advance`, to a point in time. */
  advanceTo(time: string | number | Date): Promise<TimeReport>;
  /** Moves time on, one event after the other, until `predicate` is true. @throws WorldError LimitReached */
  advanceUntil(predicate: () => boolean | Promise<boolean>, limit: string | number): Promise<TimeReport>;
  /** Moves time on until the next function is called; without one, to the last event that is due. */
  next(): Promise<TimeReport>;
  /** Resolves when no invocation and no request runs, no message can be received and every change feed is read. */
  settled(): Promise<void>;
  /** Runs `work` while queues, blobs and change feeds call no function; what was written meanwhile is delivered after it. */
  withTriggersPaused<T>(work: () => Promise<T>): Promise<T>;

  /** The present state, to which `restore` comes back as often as wanted. */
  snapshot(): Promise<Snapshot>;
  /** Takes the whole world back. Later snapshots are gone then. @throws WorldError SnapshotGone */
  restore(snapshot: Snapshot): Promise<void>;
  /** Another world that goes on from here by itself. */
  fork(): Promise<World>;
  /** Writes the whole world into a file, for `openWorld({ from })`. */
  save(file: string): Promise<void>;

  readonly faults: Faults;
  /** What has happened, one line each, in order. */
  timeline(): string;
  /** The lines that the app and the host have logged. */
  readonly logs: readonly WorldLog[];
  /** Closes the world. */
  close(): Promise<void>;
}

/** Somebody who calls the app. */
export interface Caller {
  /** A new access token. */
  token(): Promise<string>;
  /** As of the world, with the token. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

/** What came of an invocation, and the request units that it spent in Cosmos DB. */
export type Run = InvokeOutcome & { readonly requestCharge: number };

export interface WorldCosmos {
  /** The SDK itself, at the account that the app uses. */
  readonly client: CosmosClient;
  container(database: string, container: string): Container;
}

export type WorldLog = Pick<Extract<HostEvent, { type: 'log' }>, 'level' | 'category' | 'message' | 'functionName'> & {
  /** As of the world, in ms since the Unix epoch. */
  readonly at: number;
};

/** A state of a world. */
export interface Snapshot {
  /** The time of the world then, in ms since the Unix epoch. */
  readonly time: number;
  /** Frees what is kept for it: all that was written since. */
  release(): void;
}

export type { Fault, Faults, TimeReport, WorldBlobs, WorldQueue };
