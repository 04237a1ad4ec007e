import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import type { Clock, Closeable, Timer } from '@lazurite/runtime';
import type { ServiceOrigins } from './connection-string.ts';
import { StorageError } from './errors.ts';
import { findAzurite } from './find-azurite.ts';
import { type StorageChange, storageWriteOf } from './storage-change.ts';

type Service = keyof ServiceOrigins;

export interface MemoryStorageOptions {
  /** The function app; its own Azurite is preferred to ours. */
  readonly appRoot: string;
  /** By which a hidden message becomes visible. Azurite itself reads `Date`, which its caller has to provide. */
  readonly clock: Clock;
  /** What the storage holds at the start. Default: nothing. */
  readonly image?: StorageImage;
  /** Called whenever a blob was written, or a message can be received. */
  readonly onChange: (change: StorageChange) => void;
}

/** All that a storage holds. */
export interface StorageImage {
  /** Azurite's databases, as it writes them to disk. */
  readonly databases: Readonly<Record<string, string>>;
  /** The contents of blobs and messages. */
  readonly extents: readonly Extent[];
}

/** Bytes that never change. */
export interface Extent {
  readonly category: string;
  readonly id: string;
  readonly count: number;
  readonly offset: number;
  readonly chunks: readonly Uint8Array[];
}

/** Azurite in this process, without a port, in memory. */
export interface MemoryStorage extends Closeable {
  /** Handles one request to a service. */
  handle(service: Service, message: IncomingMessage, response: ServerResponse): void;
  /** While no request is in flight. Costs nothing when nothing was written since the last one. */
  image(): StorageImage;
  /** Takes the storage to another state, while no request is in flight. */
  restore(image: StorageImage): void;
  /** To be called when the clock was set: messages become visible by it. */
  rearm(): void;
}

/**
 * Loads Azurite, which takes about half a second once in a process, and opens an empty storage in it.
 *
 * @throws StorageError AzuriteMissing; AzuriteFailed for a version of Azurite that cannot run inside another process
 */
export async function openMemoryStorage(options: MemoryStorageOptions): Promise<MemoryStorage> {
  const here = dirname(fileURLToPath(import.meta.url));
  const servers = createServers(await findAzurite([options.appRoot, here]));
  for (const server of servers.values()) await server.beforeStart();
  const storage = new AzuriteInMemory(servers, options);
  if (options.image) storage.restore(options.image);
  return storage;
}

class AzuriteInMemory implements MemoryStorage {
  readonly #servers: ReadonlyMap<Service, AzuriteServer>;
  readonly #listeners: ReadonlyMap<Service, RequestListener>;
  readonly #options: MemoryStorageOptions;
  /** Of the present state; undefined after a write. */
  #image: StorageImage | undefined;
  #due: Timer | undefined;

  constructor(servers: ReadonlyMap<Service, AzuriteServer>, options: MemoryStorageOptions) {
    this.#servers = servers;
    this.#options = options;
    this.#listeners = new Map([...servers].map(([service, { httpServer }]) => [service, listenerOf(httpServer)]));
  }

  handle(service: Service, message: IncomingMessage, response: ServerResponse): void {
    const write = storageWriteOf(service, message.method ?? '', message.url ?? '');
    if (service === 'queue' || (message.method !== 'GET' && message.method !== 'HEAD')) this.#image = undefined;
    response.once('finish', () => {
      if (service === 'queue') this.#awaitMessages();
      const succeeded = response.statusCode >= 200 && response.statusCode < 300;
      if (write && succeeded && write.visibleInMs <= 0) this.#options.onChange(write.change);
    });
    this.#listeners.get(service)?.(message, response);
  }

  image(): StorageImage {
    this.#image ??= {
      databases: Object.fromEntries([...this.#databases()].map(([name, { db }]) => [name, db.serialize()])),
      extents: this.#extents(),
    };
    return this.#image;
  }

  restore(image: StorageImage): void {
    if (image !== this.#image) {
      for (const [name, { db }] of this.#databases()) db.loadJSON(image.databases[name] ?? '{}');
      const { chunks } = this.#memory;
      for (const category of CATEGORIES) chunks.clear(category);
      for (const { category, ...extent } of image.extents) chunks.set(category, extent);
      this.#image = image;
    }
    this.rearm();
  }

  rearm(): void {
    this.#awaitMessages();
  }

  async close(): Promise<void> {
    this.#due?.cancel();
    for (const server of this.#servers.values()) await server.afterClose();
  }

  /** Those that survive a restart of Azurite, by a name of ours. */
  *#databases(): Generator<readonly [string, LokiStore]> {
    for (const [service, { metadataStore, extentMetadataStore }] of this.#servers) {
      yield [service, metadataStore];
      if (extentMetadataStore) yield [`${service}-extents`, extentMetadataStore];
    }
  }

  #extents(): Extent[] {
    const all = [...this.#memory.chunks._chunks];
    return all.flatMap(([category, { chunks }]) => [...chunks.values()].map((extent) => ({ category, ...extent })));
  }

  /** One store holds the extents of blobs and queues. */
  get #memory(): ExtentStore {
    const store = this.#servers.get('blob')?.extentStore;
    if (!store) throw new StorageError('AzuriteFailed', 'Azurite has no extent store');
    return store;
  }

  /** Sets a timer for the next message that becomes visible. */
  #awaitMessages(): void {
    this.#due?.cancel();
    const { clock, onChange } = this.#options;
    const now = clock.now();
    const hidden = this.#messages().filter(({ timeNextVisible }) => timeNextVisible > now);
    const dueAt = Math.min(...hidden.map(({ timeNextVisible }) => timeNextVisible));
    this.#due = clock.setTimer(dueAt - now, () => {
      this.#awaitMessages();
      const due = hidden.filter(({ timeNextVisible }) => timeNextVisible <= dueAt);
      for (const queue of new Set(due.map(({ queueName }) => queueName))) onChange({ service: 'queue', queue });
    });
  }

  #messages(): readonly StoredMessage[] {
    return this.#servers.get('queue')?.metadataStore.db.getCollection(MESSAGES)?.data ?? [];
  }
}

/** What of Azurite this module uses. */
interface AzuriteServer {
  readonly httpServer: Server;
  readonly metadataStore: LokiStore;
  readonly extentMetadataStore?: LokiStore;
  readonly extentStore?: ExtentStore;
  beforeStart(): Promise<void>;
  afterClose(): Promise<void>;
  gcManager?: { start(): Promise<void>; close(): Promise<void> };
}

interface LokiStore {
  readonly db: {
    serialize(): string;
    loadJSON(text: string): void;
    getCollection(name: string): { readonly data: readonly StoredMessage[] } | null;
  };
}

interface StoredMessage {
  readonly queueName: string;
  /** Milliseconds since the Unix epoch. */
  readonly timeNextVisible: number;
}

interface ExtentStore {
  readonly chunks: ExtentChunks;
}

interface ExtentChunks {
  readonly _chunks: ReadonlyMap<string, { readonly chunks: ReadonlyMap<string, Omit<Extent, 'category'>> }>;
  clear(category: string): void;
  set(category: string, chunk: Omit<Extent, 'category'>): void;
}

type Constructor<T> = new (...parameters: unknown[]) => T;
type AzuriteModule = Readonly<Record<string, Constructor<never>>>;

const MESSAGES = '$MESSAGES_COLLECTION$';
const CATEGORIES = ['blob', 'queue'] as const;
const NAMES = { blob: 'Blob', queue: 'Queue', table: 'Table' } as const;

/**
 * Azurite's own servers, which here never listen. Its package does not export them, so that a version may come whose
 * files lie elsewhere.
 */
function createServers(script: string): ReadonlyMap<Service, AzuriteServer> {
  // Of Node.js itself: a test runner's own loader would load all of Azurite again for every file of tests.
  const { createRequire } = runInThisContext('process.getBuiltinModule("node:module")') as typeof import('node:module');
  const require = createRequire(script);
  leaveOutTelemetry(require);
  const load = (path: string): AzuriteModule => require(join(dirname(script), path));
  try {
    const { MemoryExtentChunkStore } = load('common/persistence/MemoryExtentStore.js');
    const extents: unknown = new (MemoryExtentChunkStore as Constructor<ExtentChunks>)();
    return new Map(
      (['blob', 'queue', 'table'] as const).map((service) => [service, createServer(load, service, extents)]),
    );
  } catch (error) {
    const message = `This version of Azurite (${script}) cannot run inside another process; 3.37 can`;
    throw new StorageError('AzuriteFailed', message, { cause: error });
  }
}

function createServer(load: (path: string) => AzuriteModule, service: Service, extents: unknown): AzuriteServer {
  const name = NAMES[service];
  const configuration = load(`${service}/${name}Configuration.js`).default as Constructor<object> | undefined;
  const server = load(`${service}/${name}Server.js`).default as Constructor<AzuriteServer> | undefined;
  if (!configuration || !server) throw new TypeError(`Azurite has no ${name}Server`);
  const created = new server(new configuration(...configurationOf(service, extents)));
  // Unused extents are freed with the world. A snapshot may need them before.
  delete created.gcManager;
  return created;
}

/** By position, as Azurite's command line passes them: in memory, without logs, for any version of the API. */
function configurationOf(service: Service, extents: unknown): readonly unknown[] {
  const [address, tls] = [['127.0.0.1', 0, 0], ['', '', ''] as const];
  const [loose, skipsVersionCheck, withoutProductUrls, isInMemory] = [false, true, false, true];
  const end = [loose, skipsVersionCheck, ...tls, undefined, withoutProductUrls, isInMemory];
  if (service === 'table') return [...address, '', false, false, undefined, undefined, ...end];
  return [...address, '', '', [], false, undefined, false, undefined, ...end, extents];
}

/** A package of Azurite's own. */
const TELEMETRY = 'applicationinsights';

/** Azurite is not asked to use it, and to load it takes half of the time. */
function leaveOutTelemetry(require: NodeJS.Require): void {
  try {
    const filename = require.resolve(TELEMETRY);
    const module = { id: filename, filename, loaded: true, exports: {} } as NodeJS.Module; // all that is read of it
    require.cache[filename] ??= module;
  } catch {
    // A version of Azurite without it.
  }
}

function listenerOf(server: Server): RequestListener {
  const [listener] = server.listeners('request');
  if (!listener) throw new StorageError('AzuriteFailed', 'A server of Azurite has no request listener');
  return listener as RequestListener; // the event's only type of listener
}
