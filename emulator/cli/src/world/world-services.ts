import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Checkpoint, type CosmosServer, type MemoryStore, type StoreImage, startCosmos } from '@lazurite/cosmos';
import type { HostedApp, TriggerStates } from '@lazurite/functions';
import { type Issuer, type KeyStore, startIssuer } from '@lazurite/identity';
import { type Clock, type Closeable, type Randomness, Shutdown, silentLog } from '@lazurite/runtime';
import { connectionStringFor, type MemoryStorage, type StorageImage } from '@lazurite/storage';
import { describeFault, type FaultPlan, fail, readablePath } from './faults.ts';
import { endpointOf, type Service, sharedEndpoints } from './shared-endpoints.ts';
import type { Timeline } from './timeline.ts';
import { WorldError } from './world-error.ts';
import { type WorldScope, worldProcess } from './world-scope.ts';

export interface WorldServicesOptions {
  readonly worldId: string;
  readonly appRoot: string;
  readonly clock: Clock;
  /** By which tokens are issued: that of who validates them. */
  readonly issuerClock: Clock;
  readonly randomness: Randomness;
  readonly faults: FaultPlan;
  readonly timeline: Timeline;
  /** Counts the requests that are being served. */
  readonly onRequest: () => () => void;
  /** Called when the storage is used for the first time. */
  readonly onStorageUse: () => void;
  readonly image?: ServicesImage<StoreImage | MemoryStore>;
}

/** What a world goes on from. */
export interface WorldState<Services = ServicesImage> {
  readonly time: number;
  /** Of chance. */
  readonly random: number;
  readonly services: Services;
  readonly triggers: TriggerStates;
}

/** All that the services hold. */
export interface ServicesImage<Cosmos = StoreImage> {
  readonly cosmos: Cosmos;
  /** Absent: the storage was never used. */
  readonly storage?: StorageImage;
}

/** A state of the services that they can be taken back to. */
export interface ServicesCheckpoint {
  readonly cosmos: Checkpoint;
  readonly storage: StorageImage | undefined;
}

type Changes = HostedApp['dataChanges'];

/** Cosmos DB, the token issuer and storage of one world, all in memory, behind the endpoints of the process. */
export class WorldServices implements Closeable {
  readonly connectionStrings: { readonly cosmos: string; readonly storage: string };
  readonly cosmosUrl: string;
  readonly issuer: Issuer;
  readonly #options: WorldServicesOptions;
  readonly #cosmos: CosmosServer;
  readonly #listeners: ReadonlyMap<Service, RequestListener>;
  readonly #shutdown: Shutdown;
  readonly #scope: WorldScope;
  #storage: Promise<MemoryStorage> | undefined;
  /** The storage once it is open. */
  #openStorage: MemoryStorage | undefined;
  #emptyStorage: StorageImage | undefined;
  #changes: Changes | undefined;
  /** Notifications that wait while triggers are paused; undefined: they are not. */
  #waiting: ((changes: Changes) => void)[] | undefined;

  private constructor(options: WorldServicesOptions, opened: OpenedServices) {
    const { worldId, clock, onRequest } = options;
    this.#options = options;
    this.#cosmos = opened.cosmos;
    this.issuer = opened.issuer;
    this.#listeners = opened.listeners;
    this.#shutdown = opened.shutdown;
    this.cosmosUrl = opened.cosmos.endpoint;
    this.connectionStrings = { cosmos: opened.cosmos.connectionString, storage: opened.storage };
    this.#scope = { worldId, now: () => clock.now(), onRequest };
    opened.cosmos.onChange((change) => this.#notify((changes) => changes.containerChanged(change)));
    this.#shutdown.add({ close: async () => (await this.#storage)?.close() });
    const remove = sharedEndpoints().add(worldId, (...exchange) => this.#handle(...exchange));
    this.#shutdown.add({ close: async () => remove() });
  }

  static async open(options: WorldServicesOptions): Promise<WorldServices> {
    const endpoints = sharedEndpoints();
    const { clock, randomness, issuerClock, image } = options;
    const [cosmosUrl, issuerUrl, blob, queue, table] = await Promise.all([
      endpoints.url('cosmos'),
      endpoints.url('issuer'),
      endpoints.url('blob'),
      endpoints.url('queue'),
      endpoints.url('table'),
    ]);
    const shutdown = new Shutdown();
    const listeners = new Map<Service, RequestListener>();
    const listen = (service: Service, url: string) => endpointOf(url, (listener) => listeners.set(service, listener));
    const shared = { randomness, log: silentLog };
    const cosmos = await startCosmos({
      ...shared,
      clock,
      server: listen('cosmos', cosmosUrl),
      sweeps: false,
      ...(image && { image: image.cosmos }),
    });
    shutdown.add(cosmos);
    const server = listen('issuer', issuerUrl);
    const issuer = await startIssuer({ ...shared, clock: issuerClock, server, keyStore: sharedKeys() });
    shutdown.add(issuer);
    const storage = connectionStringFor({ blob, queue, table });
    return new WorldServices(options, { cosmos, issuer, storage, listeners, shutdown });
  }

  /** Whether nobody has used the storage yet. */
  get isStorageUnused(): boolean {
    return this.#storage === undefined && this.#options.image?.storage === undefined;
  }

  /** From now on the app is notified of writes. */
  connect(changes: Changes): void {
    this.#changes = changes;
    if (!this.isStorageUnused) void this.#useStorage();
  }

  pauseNotifications(): void {
    this.#waiting ??= [];
  }

  resumeNotifications(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const notify of waiting) this.#notify(notify);
  }

  checkpoint(): ServicesCheckpoint {
    return { cosmos: this.#memory.checkpoint(), storage: this.#openStorage?.image() };
  }

  /** While no request is in flight. */
  restore({ cosmos, storage }: ServicesCheckpoint): void {
    if (!this.#memory.restore(cosmos))
      throw new WorldError('SnapshotGone', 'This snapshot was released, or an earlier one was restored since');
    const image = storage ?? this.#emptyStorage;
    if (image) this.#onBehalf(() => this.#openStorage?.restore(image));
  }

  /** To be called when the clock was set back: messages become visible by it. */
  rearm(): void {
    this.#openStorage?.rearm();
  }

  release({ cosmos }: ServicesCheckpoint): void {
    this.#memory.release(cosmos);
  }

  /** As JSON can write it, but for the extents of the storage. */
  image(): ServicesImage {
    return { cosmos: this.#memory.image(), ...this.#storageImage() };
  }

  /** For another world of this process. */
  copy(): ServicesImage<MemoryStore> {
    return { cosmos: this.#memory.copy(), ...this.#storageImage() };
  }

  #storageImage(): Pick<ServicesImage, 'storage'> {
    const storage = this.#openStorage?.image();
    return storage ? { storage } : {};
  }

  async removeExpiredItems(): Promise<void> {
    await this.#memory.sweep();
  }

  close(): Promise<void> {
    return this.#shutdown.close();
  }

  get #memory() {
    const { memory } = this.#cosmos;
    if (!memory) throw new TypeError('The account of a world is in memory');
    return memory;
  }

  #handle(service: Service, message: IncomingMessage, response: ServerResponse): void {
    const { faults, timeline, onRequest } = this.#options;
    const onEnd = onRequest();
    response.once('close', () => {
      timeline.add(`${service} ${message.method} ${readablePath(message)} ${response.statusCode}`);
      onEnd();
    });
    const fault = faults.take(service, message);
    if (fault) timeline.add(`fault ${describeFault(fault)}`);
    if (!fault) this.#serve(service, message, response);
    else if (fault.latencyMs === undefined) fail(fault, response);
    else setTimeout(() => this.#serve(service, message, response), fault.latencyMs);
  }

  #serve(service: Service, message: IncomingMessage, response: ServerResponse): void {
    if (service === 'cosmos' || service === 'issuer') {
      this.#listeners.get(service)?.(message, response);
      return;
    }
    this.#useStorage().then(
      (storage) => this.#onBehalf(() => storage.handle(service, message, response)),
      (error: unknown) => response.writeHead(503).end(String(error)),
    );
  }

  #useStorage(): Promise<MemoryStorage> {
    if (this.#storage) return this.#storage;
    this.#storage = this.#openMemoryStorage();
    this.#storage.catch(() => undefined); // each request reports it
    this.#options.onStorageUse();
    return this.#storage;
  }

  async #openMemoryStorage(): Promise<MemoryStorage> {
    const { openMemoryStorage } = await import('@lazurite/storage');
    const { appRoot, clock, image } = this.#options;
    const storage = await openMemoryStorage({
      appRoot,
      clock,
      onChange: (change) => this.#notify((changes) => changes.storageChanged(change)),
    });
    this.#emptyStorage = storage.image();
    if (image?.storage) storage.restore(image.storage);
    this.#openStorage = storage;
    return storage;
  }

  #notify(notify: (changes: Changes) => void): void {
    if (this.#waiting) this.#waiting.push(notify);
    else if (this.#changes) notify(this.#changes);
  }

  /** Azurite reads `Date`. */
  #onBehalf<T>(work: () => T): T {
    return worldProcess().scopes.run(this.#scope, work);
  }
}

interface OpenedServices {
  readonly cosmos: CosmosServer;
  readonly issuer: Issuer;
  /** The connection string. */
  readonly storage: string;
  readonly listeners: ReadonlyMap<Service, RequestListener>;
  readonly shutdown: Shutdown;
}

/** One set of signing keys for all worlds of a process: an app keeps those that it was given first. */
function sharedKeys(): KeyStore {
  const { kept } = worldProcess();
  const known = kept.get('signing-keys') as KeyStore | undefined; // only the last line writes it
  if (known) return known;
  const { promise: saved, resolve } = Promise.withResolvers<Parameters<KeyStore['save']>[0]>();
  let isFirst = true;
  const store: KeyStore = {
    load: async () => {
      if (!isFirst) return saved;
      isFirst = false;
      return undefined;
    },
    save: async (keys) => resolve(keys),
  };
  kept.set('signing-keys', store);
  return store;
}
