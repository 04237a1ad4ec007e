import {
  type EarlyServer,
  type HttpHandler,
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
  silentLog,
  startOrUndo,
  systemClock,
  systemRandomness,
} from '@lazurite/runtime';
import { openAccount } from '../account/account.ts';
import type { ChangeListener } from '../account/change-notifications.ts';
import { Authorizer } from '../auth/authorizer.ts';
import type { EntraOptions } from '../auth/entra-tokens.ts';
import { startSweeping } from '../operations/items/sweep-expired-items.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { toRequestHandler } from './pipeline.ts';

/**
 * The key of every Cosmos DB emulator, public and the same for all: no secret.
 * Source: "Develop locally using the Azure Cosmos DB emulator".
 */
export const WELL_KNOWN_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

export interface CosmosOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Listens already, without TLS: `port` and `address` are its own then. */
  readonly server?: EarlyServer;
  /** Where `cosmos.db` is kept; made when absent. Without it everything is in memory and gone at the end. */
  readonly dataDir?: string;
  /** The account key, base64. Default: the emulators' well-known key. */
  readonly key?: string;
  /** A second key, base64, that may only read. Default: none. */
  readonly readOnlyKey?: string;
  /** Accepts tokens of this issuer for work with items, over TLS. Default: none. */
  readonly entra?: EntraOptions;
  /**
   * PEM key and certificate, or true: a certificate for this machine, made at the first start and kept in `dataDir`,
   * which must be given then. Absent: plain HTTP.
   */
  readonly tls?: true | { readonly key: string; readonly cert: string };
  /** Answers 429 when a physical partition has spent its request units of the second. Default false. */
  readonly enforceThroughput?: boolean;
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
   * on disk, in the turn in which the writers are answered. It says that there is something to read in the change feed,
   * not what; several writes may come as one call, with the last LSN.
   *
   * @returns a function that ends it
   * @example
   * const stop = cosmos.onChange(({ container }) => container === 'orders' && wakeUp());
   */
  onChange(listener: ChangeListener): () => void;
  /** Answers what is in flight, then lets go of port and file. */
  close(): Promise<void>;
}

/** Larger than any request that succeeds, so that a too large item is answered as the service does. */
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
  return startOrUndo(async (shutdown) => {
    const certificate = options.tls === true ? await certificateIn(options.dataDir) : undefined;
    const tls = options.tls === true ? certificate : options.tls;
    const store = openStore(options.dataDir);
    shutdown.add({ close: async () => store.close() });
    const { randomness = systemRandomness, enforceThroughput = false } = options;
    const account = openAccount({ store, clock, randomness, log, enforceThroughput });
    shutdown.add(account.indexBuilder);
    shutdown.add(startSweeping(account, clock, log));
    let port = 0; // known once the server listens
    const credentials = { key, ...(readOnlyKey && { readOnlyKey }), ...(entra && { entra }) };
    const authorizer = new Authorizer({ ...credentials, audience: () => audienceOf(port) }, clock);
    const handler = toRequestHandler({ account, authorizer, log, secure: tls !== undefined });
    const server = shutdown.add(await listen(handler, { ...options, ...(tls && { tls }) }));
    port = server.port;
    return {
      endpoint: server.url,
      port: server.port,
      key,
      connectionString: `AccountEndpoint=${server.url}/;AccountKey=${key};`,
      ...(certificate && { certificate }),
      onChange: (listener) => account.notifications.subscribe(listener),
      close: () => shutdown.close(),
    };
  });
}

/** Every name that this machine has for itself, as in the certificate; and that of the service as a whole. */
function audienceOf(port: number): readonly string[] {
  const own = ['localhost', '127.0.0.1', '[::1]'].map((host) => `https://${host}:${port}`);
  return [...own, 'https://cosmos.azure.com'];
}

function openStore(dataDir: string | undefined): MemoryStore | SqliteStore {
  return dataDir === undefined ? new MemoryStore() : new SqliteStore(openDatabase(dataDir));
}

/** By the system's clock whatever the account's is: clients check it by theirs. */
async function certificateIn(dataDir: string | undefined): Promise<LocalCertificate> {
  if (dataDir === undefined) throw new TypeError('tls: true needs a dataDir, where the certificate is kept');
  return openLocalCertificate(dataDir, systemClock);
}

async function listen(handler: HttpHandler, options: CosmosOptions): Promise<HttpServer> {
  const { port, address, server, tls, log = silentLog } = options;
  const listener = toRequestListener(handler, { maxBodyBytes: MAX_BODY_BYTES, log });
  if (server) return server.serve(listener);
  return startHttpServer(listener, {
    ...(port !== undefined && { port }),
    ...(address !== undefined && { address }),
    ...(tls && tls !== true && { tls }),
  });
}
