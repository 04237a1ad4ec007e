import type { RequestListener } from 'node:http';
import {
  type EarlyServer,
  Edge,
  type HttpServer,
  type LocalCertificate,
  openLocalCertificate,
  startHttpServer,
  toRequestListener,
} from '@lazurite/http';
import {
  type Clock,
  type Closeable,
  type Log,
  type Randomness,
  type Shutdown,
  silentLog,
  startOrUndo,
  systemClock,
  systemRandomness,
} from '@lazurite/runtime';
import type { Account, ChangeListener } from '../account/account.ts';
import { openAccount } from '../account/open-account.ts';
import { Authorizer, WELL_KNOWN_KEY } from '../auth/authorizer.ts';
import type { EntraOptions } from '../auth/entra-tokens.ts';
import { pruneChangeLogs, startSweeping, sweepAllExpiredItems } from '../operations/items/sweep-expired-items.ts';
import { openQueryThread } from '../operations/query/query-thread.ts';
import { RequestUnitGate } from '../operations/throughput/throughput-gate.ts';
import { Router } from '../routes/router.ts';
import { ROUTES } from '../routes/table.ts';
import { type Checkpoint, MemoryStore, type StoreImage } from '../store/memory/memory-store.ts';
import { type OpenOptions, openDatabase } from '../store/sqlite/open-database.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { createRequestPipeline } from './pipeline.ts';

export interface CosmosOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Further names by which the server is reached, as of `EdgeOptions` in @lazurite/http. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** A server that listens already at `address`, without TLS. It replaces `port`. */
  readonly server?: EarlyServer;
  /** The folder of `cosmos.db`; created when it does not exist. Absent: data is kept in memory only. */
  readonly dataDir?: string;
  /** The account key, base64. Default: the emulators' well-known key. */
  readonly key?: string;
  /** A second key, base64, that may only read. Default: none. */
  readonly readOnlyKey?: string;
  /** The issuer whose tokens are accepted over TLS, for operations on items. Default: none. */
  readonly entra?: EntraOptions;
  /**
   * PEM key and certificate, or true: a certificate for this machine, created at the first start and kept in `dataDir`,
   * which must be given then. Absent: plain HTTP.
   */
  readonly tls?: true | { readonly key: string; readonly cert: string };
  /** Rejects requests, with 429, to a physical partition that has spent its request units of the second. Default false. */
  readonly enforceThroughput?: boolean;
  /**
   * When a script is stopped, and how many operations it is given before it has to return and be called again. Small values test
   * that a stored procedure continues where it stopped. Default: 5,000 ms, as in the service, and 20,000 operations.
   */
  readonly scriptLimits?: { readonly milliseconds?: number; readonly operations?: number };
  /** What the account holds at the start, as `memory.image()` or, for one account alone, `memory.copy()` gives it. Without `dataDir` only. Default: nothing. */
  readonly image?: StoreImage | MemoryStore;
  /** Whether expired items are removed once a minute. Without it `memory.sweep()` does so. Reads never show them. Default true. */
  readonly sweeps?: boolean;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
  readonly log?: Log;
}

export interface CosmosServer extends Closeable {
  /** For example `http://127.0.0.1:8081`. */
  readonly endpoint: string;
  readonly port: number;
  readonly key: string;
  readonly connectionString: string;
  /** With `tls: true`: the certificate, and how to make Node.js trust it. */
  readonly certificate?: Pick<LocalCertificate, 'cert' | 'path' | 'trustCommand'>;
  /**
   * Calls `listener` when a container has changed: once for each physical partition and group of writes, after these are
   * on disk, in the same turn as their responses. The changes themselves are in the change feed. Several writes may
   * cause one call, with the last LSN.
   *
   * @returns a function that ends the subscription
   * @example
   * const stop = cosmos.onChange(({ container }) => container === 'orders' && wakeUp());
   */
  onChange(listener: ChangeListener): () => void;
  /** Takes the data back and copies it, while no request is in flight. Absent with a data directory. */
  readonly memory?: MemoryControl;
  /** Completes the requests in flight, then releases the port and the file. */
  close(): Promise<void>;
}

/** An account that is kept in memory alone, from outside of its protocol. */
export interface MemoryControl {
  /** From now on the account can be taken back to its present state, as often as wanted, until `release`. */
  checkpoint(): Checkpoint;
  /**
   * Takes the account back. Later checkpoints are gone then. Clients keep the session tokens of what is no more, so from
   * now on the account does not check session tokens. False when the checkpoint is gone, and nothing has changed.
   */
  restore(checkpoint: Checkpoint): boolean;
  release(checkpoint: Checkpoint): void;
  /** All that the account holds, as JSON can write it. */
  image(): StoreImage;
  /** The same for another account of this process, in a fifth of the time. */
  copy(): MemoryStore;
  /** Removes what has expired. */
  sweep(): Promise<void>;
}

/** Larger than any request that succeeds, so that the response to a too large item is that of the service. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Starts a Cosmos DB (NoSQL API) account.
 *
 * @throws PortInUseError, or StoreError when the data directory cannot be used; then nothing is left open
 * @example
 * const cosmos = await startCosmos({ dataDir: '.lazurite' });
 * const client = new CosmosClient(cosmos.connectionString);
 * await cosmos.close();
 */
export function startCosmos(options: CosmosOptions = {}): Promise<CosmosServer> {
  const { key = WELL_KNOWN_KEY, log = silentLog, clock = systemClock, readOnlyKey, entra } = options;
  const { address = '127.0.0.1', allowedHosts } = options;
  return startOrUndo(async (shutdown) => {
    const certificate = options.tls === true ? await certificateIn(options.dataDir) : undefined;
    const tls = options.tls === true ? certificate : options.tls;
    const { account, memory } = openAccountOn(options, shutdown);
    if (options.sweeps ?? true) shutdown.add(startSweeping(account, clock, log));
    let port = 0; // known once the server listens
    const credentials = { key, ...(readOnlyKey && { readOnlyKey }), ...(entra && { entra }) };
    const { resourceTokens } = account;
    const authorizer = new Authorizer({ ...credentials, resourceTokens, audience: () => audienceOf(port) }, clock);
    const edge = new Edge({ address, ...(allowedHosts && { allowedHosts }) });
    const handler = createRequestPipeline({
      edge,
      account,
      authorizer,
      router: new Router(ROUTES),
      log,
      secure: tls !== undefined,
    });
    const listener = toRequestListener(handler, { maxBodyBytes: MAX_BODY_BYTES, edge, log });
    const server = shutdown.add(await listen(listener, { ...options, ...(tls && { tls }) }));
    port = server.port;
    return {
      endpoint: server.url,
      port: server.port,
      key,
      connectionString: `AccountEndpoint=${server.url}/;AccountKey=${key};`,
      ...(certificate && { certificate }),
      onChange: (listener) => account.notifications.subscribe(listener),
      ...(memory && { memory }),
      close: () => shutdown.close(),
    };
  });
}

/** The account with its store, its threads and what it builds in the background, all of which the shutdown closes. */
function openAccountOn(options: CosmosOptions, shutdown: Shutdown): OpenedAccount {
  const { log = silentLog, clock = systemClock, randomness = systemRandomness, scriptLimits } = options;
  const store = openStore(options, { clock, log });
  shutdown.add({ close: async () => store.close() });
  const throughputGate = options.enforceThroughput ? new RequestUnitGate(() => clock.monotonic()) : undefined;
  const queryThread = openQueryThread(store);
  if (queryThread) shutdown.add(queryThread);
  const account = openAccount({
    store,
    clock,
    randomness,
    log,
    ...(queryThread && { queryThread }),
    ...(throughputGate && { throughputGate }),
    ...(scriptLimits && { scriptLimits }),
  });
  shutdown.add(account.indexBuilder);
  shutdown.add(account.scripts);
  return { account, memory: store instanceof MemoryStore ? memoryControl(store, account) : undefined };
}

interface OpenedAccount {
  readonly account: Account;
  readonly memory: MemoryControl | undefined;
}

function memoryControl(store: MemoryStore, account: Account): MemoryControl {
  return {
    checkpoint: () => store.checkpoint(),
    restore: (checkpoint) => {
      const isThere = store.restore(checkpoint);
      account.history.wasRolledBack ||= isThere;
      account.catalog.forget();
      return isThere;
    },
    release: (checkpoint) => store.release(checkpoint),
    image: () => store.image(),
    copy: () => store.copy(),
    sweep: async () => {
      await sweepAllExpiredItems(account);
      await pruneChangeLogs(account);
    },
  };
}

/** The names of this machine, as in the certificate, and the name of the whole service. */
function audienceOf(port: number): readonly string[] {
  const own = ['localhost', '127.0.0.1', '[::1]'].map((host) => `https://${host}:${port}`);
  return [...own, 'https://cosmos.azure.com'];
}

function openStore({ dataDir, image }: CosmosOptions, options: OpenOptions): MemoryStore | SqliteStore {
  if (dataDir !== undefined && image)
    throw new TypeError('An image can be loaded into memory only, not into a dataDir');
  if (dataDir !== undefined) return new SqliteStore(openDatabase(dataDir, options));
  if (image instanceof MemoryStore) return image;
  return image ? MemoryStore.of(image) : new MemoryStore();
}

/** Uses the system's clock, whatever the account's clock is: clients validate the certificate by theirs. */
async function certificateIn(dataDir: string | undefined): Promise<LocalCertificate> {
  if (dataDir === undefined) throw new TypeError('tls: true needs a dataDir, where the certificate is kept');
  return openLocalCertificate(dataDir, systemClock);
}

async function listen(listener: RequestListener, { port, address, server, tls }: CosmosOptions): Promise<HttpServer> {
  if (server) return server.serve(listener);
  return startHttpServer(listener, {
    ...(port !== undefined && { port }),
    ...(address !== undefined && { address }),
    ...(tls && tls !== true && { tls }),
  });
}
