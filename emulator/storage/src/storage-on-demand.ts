import { access } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { Edge, type LandingPage, landingPageFor, startHttpServer } from '@lazurite/http';
import { type Clock, type Closeable, startOrUndo, systemClock, type Timer } from '@lazurite/runtime';
import { connectionStringFor, type ServiceOrigins } from './connection-string.ts';
import { LazyAzurite } from './lazy-azurite.ts';
import { type ProxyExchange, ReverseProxy } from './reverse-proxy.ts';
import { azuriteFolder, type Storage, type StorageOptions } from './storage.ts';
import { type StorageChange, type StorageWrite, storageWriteOf } from './storage-change.ts';

/** Storage at addresses that hold from the start, though Azurite runs only once somebody asks for something there. */
export interface StorageOnDemand extends Closeable {
  /** What `UseDevelopmentStorage=true` means. */
  readonly connectionString: string;
  /** Of blobs, queues and tables; none where a foreign storage names no ports. */
  readonly ports: readonly number[];
  /** Somebody else runs it: it is never unused, and reports no changes. */
  readonly isForeign: boolean;
  /** Nothing is stored, and nobody has asked for anything yet: there is nothing to look for. */
  readonly isUnused: boolean;
  /** Starts Azurite now, for whoever knows that it will be needed. Never rejects: what goes wrong is logged. */
  start(): Promise<void>;
  /** Called once, when storage is no longer unused. */
  onUse(listener: () => void): void;
  /** Called after each write that was answered with success; for a message that is scheduled, when it is due. */
  onChange(listener: (change: StorageChange) => void): void;
}

export interface StorageOnDemandOptions extends StorageOptions {
  /** Of blobs; queues and tables are on the next two. 0 or absent: any free ports. */
  readonly port?: number;
  /** Further names by which storage is reached, as of `EdgeOptions` in @lazurite/http. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** The origins of pages that may use storage, as far as its own CORS rules let them; `*` is none. Default: none. */
  readonly origins?: readonly string[];
}

type Service = keyof ServiceOrigins;

/** This storage responds here itself, so that a probe does not start its Azurite. No account can have this name. */
export const INSTANCE_PATH = '/.lazurite/instance';
const INSTANCE = JSON.stringify({ server: 'lazurite' });
/** Beyond the time at which a message is due, so that whoever looks then finds it. */
const MARGIN_MS = 20;

/** Messages of one queue that become due within this time are reported as one change. */
const SLOT_MS = 100;
const SERVICES = ['blob', 'queue', 'table'] as const satisfies readonly Service[];

/**
 * Listens on three loopback ports; the first request starts Azurite, and all are passed on to it. So the connection
 * string can be given to an app before it is known whether it will be used, also by the app's own clients. When Azurite
 * ends by itself, the next request starts it again.
 *
 * @throws PortInUseError
 * @example
 * const storage = await openStorage({ dataDir: '.lazurite', log });
 * process.env.AzureWebJobsStorage = storage.connectionString;
 */
export function openStorage(options: StorageOnDemandOptions): Promise<StorageOnDemand> {
  return startOrUndo(async (opened) => {
    const front = opened.add(new StorageFront(options, await exists(azuriteFolder(options.dataDir))));
    const edge = createEdge(options);
    const { port = 0 } = options;
    const listening = SERVICES.map(async (service, index) => {
      const server = await listen(guarded(service, front, edge), port === 0 ? 0 : port + index);
      return opened.add(server).url;
    });
    for (const failed of await Promise.allSettled(listening)) if (failed.status === 'rejected') throw failed.reason;
    const [blob = '', queue = '', table = ''] = await Promise.all(listening);
    return {
      connectionString: connectionStringFor({ blob, queue, table }),
      ports: [blob, queue, table].map((origin) => Number(new URL(origin).port)),
      isForeign: false,
      get isUnused() {
        return front.isUnused;
      },
      start: async () => void (await front.azurite()),
      onUse: (listener) => front.useListeners.push(listener),
      onChange: (listener) => front.changeListeners.push(listener),
      close: () => opened.close(),
    };
  });
}

/** What the three services have in common. */
class StorageFront implements Closeable {
  readonly useListeners: (() => void)[] = [];
  readonly changeListeners: ((change: StorageChange) => void)[] = [];
  readonly #azurite: LazyAzurite;
  readonly #proxy = new ReverseProxy();
  readonly #schedule: ChangeSchedule;
  #isUnused: boolean;

  constructor(options: StorageOptions, hasData: boolean) {
    this.#azurite = new LazyAzurite(options);
    this.#isUnused = !hasData;
    this.#schedule = new ChangeSchedule(options.clock ?? systemClock, (change) => {
      for (const listener of this.changeListeners) listener(change);
    });
  }

  get isUnused(): boolean {
    return this.#isUnused;
  }

  azurite(): Promise<Storage | undefined> {
    if (this.#isUnused) {
      this.#isUnused = false;
      for (const listener of this.useListeners) listener();
    }
    return this.#azurite.get();
  }

  /** Without Azurite, which the log has the reason for, the connection is ended. */
  async handle(service: Service, { message, response }: ProxyExchange): Promise<void> {
    const storage = await this.azurite();
    if (!storage || message.destroyed) {
      message.destroy();
      return;
    }
    const write = storageWriteOf(service, message.method ?? '', message.url ?? '');
    this.#proxy.handle({ message, response }, new URL(endpointOf(storage, service)), (status) => {
      if (write && status >= 200 && status < 300) this.#schedule.add(write);
    });
  }

  async close(): Promise<void> {
    this.#proxy.close();
    await this.#schedule.close();
    await this.#azurite.close();
  }
}

/** Emits each write when it becomes visible: a scheduled message when it is due. */
class ChangeSchedule implements Closeable {
  readonly #clock: Clock;
  readonly #emit: (change: StorageChange) => void;
  readonly #waiting = new Map<string, Timer>();

  constructor(clock: Clock, emit: (change: StorageChange) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  add({ change, visibleInMs }: StorageWrite): void {
    if (visibleInMs <= 0 || change.service !== 'queue') this.#emit(change);
    else this.#wait(change, visibleInMs);
  }

  async close(): Promise<void> {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #wait(change: Extract<StorageChange, { service: 'queue' }>, visibleInMs: number): void {
    const now = this.#clock.monotonic();
    const slot = Math.ceil((now + visibleInMs) / SLOT_MS);
    const key = `${slot}/${change.queue}`;
    if (this.#waiting.has(key)) return;
    const timer = this.#clock.setTimer(slot * SLOT_MS - now + MARGIN_MS, () => {
      this.#waiting.delete(key);
      this.#emit(change);
    });
    this.#waiting.set(key, timer);
  }
}

function createEdge({ allowedHosts, origins = [] }: StorageOnDemandOptions): Edge {
  const named = new Set(origins.map((origin) => origin.replace(/\/$/, '').toLowerCase()));
  return new Edge({
    address: LISTEN_ADDRESS,
    allowsOrigin: (origin) => named.has(origin),
    ...(allowedHosts && { allowedHosts }),
  });
}

const LISTEN_ADDRESS = '127.0.0.1';

/** What another Lazurite asks, to know whose ports these are, starts nothing; neither does a person with a browser. */
function guarded(service: Service, front: StorageFront, edge: Edge): RequestListener {
  return edge.guard('storage', (message, response) => {
    const { method = '', url: path = '', headers } = message;
    const page = landingPageFor({ method, path, headers }, () => PAGES[service]);
    if (page) response.writeHead(page.status, page.headers).end(page.body);
    else if (message.url === INSTANCE_PATH) response.setHeader('content-type', 'application/json').end(INSTANCE);
    else void front.handle(service, { message, response });
  });
}

const PAGES: Readonly<Record<Service, LandingPage>> = {
  blob: pageOf('blobs', 'npx lazurite blob list CONTAINER lists blobs, npx lazurite blob get prints one.'),
  queue: pageOf('queues', 'npx lazurite queue peek QUEUE shows messages, npx lazurite queue send adds one.'),
  table: pageOf('tables', 'The SDK @azure/data-tables is a client of it.'),
};

function pageOf(things: string, commands: string): LandingPage {
  return {
    title: `Lazurite: storage of ${things}`,
    paragraphs: [
      `It speaks the protocol of Azure Storage, and starts Azurite, which keeps the ${things}, with the first request of a program.`,
      `npx lazurite connection-strings prints how to connect. ${commands}`,
    ],
    links: {
      'Blobs, queues and tables in Azurite': 'https://learn.microsoft.com/azure/storage/common/storage-use-azurite',
    },
  };
}

function listen(listener: RequestListener, port: number) {
  return startHttpServer(listener, { address: LISTEN_ADDRESS, port, onExpectContinue: listener, drainMs: 0 });
}

function endpointOf(storage: Storage, service: Service): string {
  return { blob: storage.blobEndpoint, queue: storage.queueEndpoint, table: storage.tableEndpoint }[service];
}

function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
