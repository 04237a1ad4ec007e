import { once } from 'node:events';
import net from 'node:net';
import { pipeline } from 'node:stream';
import { type Clock, type Closeable, startOrUndo, systemClock } from '@lazurite/runtime';
import { connectionStringFor, type ServiceOrigins } from './connection-string.ts';
import { type Storage, type StorageOptions, startStorage } from './storage.ts';

/** Storage at addresses that hold from the start, though Azurite runs only once somebody connects to one of them. */
export interface StorageOnDemand extends Closeable {
  /** What `UseDevelopmentStorage=true` means. */
  readonly connectionString: string;
  /** Starts Azurite now, for whoever knows that it will be needed. Never rejects: what goes wrong is logged. */
  start(): Promise<void>;
}

type Service = keyof ServiceOrigins;

const SERVICES = ['blob', 'queue', 'table'] as const satisfies readonly Service[];
/** Azurite that cannot be started is not tried again, nor reported again, for so long. */
const RETRY_MS = 30_000;

/**
 * Listens on three free loopback ports; the first connection starts Azurite, and what it brings is passed on. So the
 * connection string can be told to an app before anybody knows whether it will be used, also by the app's own clients.
 * When Azurite ends by itself, the next connection starts it again.
 *
 * @example
 * const storage = await openStorage({ dataDir: '.lazurite', log });
 * process.env.AzureWebJobsStorage = storage.connectionString;
 */
export function openStorage(options: StorageOptions): Promise<StorageOnDemand> {
  const azurite = new LazyAzurite(options);
  return startOrUndo(async (opened) => {
    opened.add(azurite);
    const ports = await Promise.all(SERVICES.map(async (name) => opened.add(await listen(name, azurite)).port));
    const [blob, queue, table] = ports.map((port) => `http://127.0.0.1:${port}`);
    return {
      connectionString: connectionStringFor({ blob: blob ?? '', queue: queue ?? '', table: table ?? '' }),
      start: async () => void (await azurite.get()),
      close: () => opened.close(),
    };
  });
}

/** Azurite, started when it is first asked for. */
class LazyAzurite implements Closeable {
  readonly #options: StorageOptions;
  readonly #clock: Clock;
  #running: Promise<Storage | undefined> | undefined;
  #isClosed = false;

  constructor(options: StorageOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Undefined when it cannot be started, for which the log has the reason. */
  get(): Promise<Storage | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#running ??= this.#start();
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#running)?.close();
  }

  async #start(): Promise<Storage | undefined> {
    try {
      const storage = await startStorage(this.#options);
      void storage.ended.then(() => {
        this.#running = undefined;
      });
      return storage;
    } catch (error) {
      this.#options.log.error({}, error instanceof Error ? error.message : String(error));
      this.#clock.setTimer(RETRY_MS, () => {
        this.#running = undefined;
      });
      return undefined;
    }
  }
}

async function listen(service: Service, azurite: LazyAzurite): Promise<Closeable & { readonly port: number }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // reported to neither side: `pipeline` ends both
    void azurite.get().then((storage) => passOn(socket, storage && endpointOf(storage, service)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function passOn(socket: net.Socket, endpoint: string | undefined): void {
  if (endpoint === undefined || socket.destroyed) {
    socket.destroy();
    return;
  }
  const upstream = net.connect(Number(new URL(endpoint).port), '127.0.0.1');
  pipeline(socket, upstream, socket, () => {
    socket.destroy();
    upstream.destroy();
  });
}

function endpointOf(storage: Storage, service: Service): string {
  return { blob: storage.blobEndpoint, queue: storage.queueEndpoint, table: storage.tableEndpoint }[service];
}

function portOf(server: net.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
