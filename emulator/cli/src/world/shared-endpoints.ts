import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EarlyServer, Edge } from '@lazurite/http';
import { WORLD_HEADER, worldProcess } from './world-scope.ts';

/** What an app calls. */
export type Service = 'cosmos' | 'issuer' | 'blob' | 'queue' | 'table';

/** Handles the requests of one world. */
export type WorldHandler = (service: Service, message: IncomingMessage, response: ServerResponse) => void;

/**
 * The endpoints of all worlds of this process. An app is loaded once in a process and keeps the addresses that it was given
 * then, so these stay until the process ends, and do not keep it running. A request names its world; one that names none,
 * as of a client that a test made itself, is for the world that was opened last.
 */
export class SharedEndpoints {
  readonly #urls = new Map<Service, Promise<string>>();
  readonly #worlds = new Map<string, WorldHandler>();

  /** For example `http://127.0.0.1:49152`. */
  url(service: Service): Promise<string> {
    const url = this.#urls.get(service) ?? this.#listen(service);
    this.#urls.set(service, url);
    return url;
  }

  /** @returns a function that takes the world off */
  add(worldId: string, handler: WorldHandler): () => void {
    this.#worlds.set(worldId, handler);
    return () => void this.#worlds.delete(worldId);
  }

  async #listen(service: Service): Promise<string> {
    const { scopes, hosts } = worldProcess();
    // Outside of any world: what is served has the scope of the world that it is for.
    const handle: RequestListener = (message, response) => this.#handle(service, message, response);
    // The other services have an edge of their own.
    const guarded = STORAGE.has(service) ? new Edge({ address: LISTEN_ADDRESS }).guard('storage', handle) : handle;
    const server = scopes.exit(() => createServer(LIMITS, guarded));
    server.unref().on('connection', (socket) => socket.unref());
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, LISTEN_ADDRESS, resolve));
    const { port } = server.address() as AddressInfo; // of a server that listens on a port
    hosts.add(`${LISTEN_ADDRESS}:${port}`);
    return `http://${LISTEN_ADDRESS}:${port}`;
  }

  #handle(service: Service, message: IncomingMessage, response: ServerResponse): void {
    const { [WORLD_HEADER]: named, ...headers } = message.headers;
    message.headers = headers;
    const handler = named === undefined ? [...this.#worlds.values()].at(-1) : this.#worlds.get(String(named));
    if (handler) handler(service, message, response);
    else response.writeHead(503, { 'content-type': 'text/plain' }).end('The world that this request is for is closed');
  }
}

const LISTEN_ADDRESS = '127.0.0.1';
const STORAGE: ReadonlySet<Service> = new Set(['blob', 'queue', 'table']);
/** Connections are never closed for being idle: a client whose process was busy for long would meet a reset. */
const LIMITS = { keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize: 32 * 1024 } as const;

export function sharedEndpoints(): SharedEndpoints {
  const { kept } = worldProcess();
  const known = kept.get('endpoints') as SharedEndpoints | undefined; // only the next line writes it
  const endpoints = known ?? new SharedEndpoints();
  kept.set('endpoints', endpoints);
  return endpoints;
}

/** A listening server for a part of Lazurite, which gets the requests of one world. */
export function endpointOf(url: string, onServe: (listener: RequestListener) => void): EarlyServer {
  const close = async (): Promise<void> => undefined;
  return {
    url,
    serve: (listener) => {
      onServe(listener);
      return { url, port: Number(new URL(url).port), close };
    },
    close,
  };
}
