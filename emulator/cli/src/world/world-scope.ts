import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { runInThisContext } from 'node:vm';

/** What is known of code that runs on behalf of a world, wherever it is called. */
export interface WorldScope {
  /** The world, which its requests name to the endpoints that all worlds of a process share. */
  readonly worldId: string;
  /** What `Date` says there. Absent: the time of the machine. */
  readonly now?: () => number;
  /** Called when a request begins. Returns a function to be called when it has ended. */
  readonly onRequest: () => () => void;
  /** Called with the request units of each response of Cosmos DB. */
  readonly onCharge?: (requestUnits: number) => void;
}

/** The header by which a request names its world. It is sent to the shared endpoints alone. */
export const WORLD_HEADER = 'lazurite-world';

/** What all worlds of a process share, whichever copy of this module opened them: a test runner loads one for each file. */
export interface WorldProcess {
  readonly scopes: AsyncLocalStorage<WorldScope>;
  /** `host:port` of the shared endpoints. */
  readonly hosts: Set<string>;
  /** By module that keeps something here. */
  readonly kept: Map<string, unknown>;
}

const KEY = Symbol.for('lazurite.worlds');

/** Of the main realm: test runners give each file a global object of its own. */
export function worldProcess(): WorldProcess {
  const realm = runInThisContext('globalThis') as typeof globalThis;
  const known: unknown = Reflect.get(realm, KEY);
  const shared = known ? (known as WorldProcess) : create(realm); // only this function writes the key
  provideDate(globalThis, shared.scopes);
  return shared;
}

function create(realm: typeof globalThis): WorldProcess {
  const created: WorldProcess = { scopes: new AsyncLocalStorage(), hosts: new Set(), kept: new Map() };
  Object.defineProperty(realm, KEY, { value: created });
  provideDate(realm, created.scopes);
  watchRequests(created);
  return created;
}

const IS_PROVIDED = Symbol.for('lazurite.world-date');

/** Makes `Date` tell the time of the world on whose behalf the caller runs; to all others that of the machine. */
function provideDate(realm: typeof globalThis, scopes: AsyncLocalStorage<WorldScope>): void {
  const System = realm.Date;
  if (Reflect.get(System, IS_PROVIDED)) return;
  const now = () => scopes.getStore()?.now?.() ?? System.now();
  const provided = new Proxy(System, {
    construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new System(now()).toString(),
    get: (target, name, receiver) => {
      if (name === 'now') return now;
      return name === IS_PROVIDED || Reflect.get(target, name, receiver);
    },
  });
  Reflect.defineProperty(System.prototype, 'constructor', { value: provided, configurable: true, writable: true });
  Object.defineProperty(realm, 'Date', { value: provided, configurable: true, writable: true });
}

/** Counts the requests of each world, and has those to shared endpoints name it. */
function watchRequests({ scopes, hosts }: WorldProcess): void {
  subscribe('http.client.request.created', (message) => {
    const scope = scopes.getStore();
    const { request } = message as { request: ClientRequest }; // as documented
    if (!scope) return;
    if (hosts.has(String(request.getHeader('host')))) request.setHeader(WORLD_HEADER, scope.worldId);
    request.once('close', scope.onRequest());
    const { onCharge } = scope;
    if (onCharge) request.once('response', (response: IncomingMessage) => onCharge(chargeOf(response)));
  });
  const running = new WeakMap<object, () => void>();
  subscribe('undici:request:create', (message) => {
    const scope = scopes.getStore();
    const { request } = message as { request: FetchRequest }; // as documented
    if (!scope) return;
    if (hosts.has(new URL(request.origin).host)) request.addHeader(WORLD_HEADER, scope.worldId);
    running.set(request, scope.onRequest());
  });
  for (const end of ['headers', 'error']) {
    subscribe(`undici:request:${end}`, (message) => {
      const { request } = message as { request: object };
      running.get(request)?.();
      running.delete(request);
    });
  }
}

interface FetchRequest {
  readonly origin: string;
  addHeader(name: string, value: string): void;
}

function chargeOf({ headers }: IncomingMessage): number {
  return Number(headers['x-ms-request-charge'] ?? 0);
}
