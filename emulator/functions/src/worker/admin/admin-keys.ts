import type { HttpRequest, HttpResponse } from '@lazurite/http';
import { originOf } from '../http/invoke-http.ts';
import type { FunctionKey, KeyScope } from '../http/key-store.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import { jsonResponse } from './json-response.ts';

const NOT_FOUND: HttpResponse = { status: 404 };
const NO_CONTENT: HttpResponse = { status: 204 };
const BAD_REQUEST: HttpResponse = { status: 400 };
/** The name of the master key among the system keys (azure-functions-host `KeysController.cs`). */
const MASTER_ALIAS = '_master';
const MASTER = 'master';

/** The address of one key or of a whole collection, from a path below `/admin/host` or `/admin/functions`. */
export interface KeyAddress {
  /** `keys` and `functionkeys` are the host's, `systemkeys` those of extensions; ignored with `functionName`. */
  readonly collection: string;
  readonly functionName?: string;
  /** Absent: the whole collection. */
  readonly keyName?: string;
}

/** The key operations: list, read, create with a random or a given value, renew, remove. */
export class AdminKeys {
  readonly #dependencies: Pick<AdminDependencies, 'app' | 'init' | 'openKeys'>;

  constructor(dependencies: Pick<AdminDependencies, 'app' | 'init' | 'openKeys'>) {
    this.#dependencies = dependencies;
  }

  /** GET: `{ keys: [{ name, value }], links }`, or one key. */
  async read(request: HttpRequest, address: KeyAddress): Promise<HttpResponse> {
    const scope = this.#scopeOf(address);
    if (!scope) return NOT_FOUND;
    const keys = await this.#dependencies.openKeys();
    const listed = await keys.list(scope);
    if (address.keyName === undefined) return this.#respond(request, { keys: listed });
    if (isMaster(scope, address.keyName)) return this.#respond(request, { name: MASTER_ALIAS, value: keys.masterKey });
    const key = listed.find(({ name }) => name === address.keyName);
    return key ? this.#respond(request, key) : NOT_FOUND;
  }

  /** POST: a new random value. PUT: the value in the body, 400 without one. 201 where the key is new. */
  async write(request: HttpRequest, address: KeyAddress): Promise<HttpResponse> {
    const scope = this.#scopeOf(address);
    const { keyName = '' } = address;
    if (!scope) return NOT_FOUND;
    const value = request.method === 'PUT' ? readValue(await request.body()) : undefined;
    if (request.method === 'PUT' && value === undefined) return BAD_REQUEST;
    const keys = await this.#dependencies.openKeys();
    if (isMaster(scope, keyName)) {
      const { key } = await keys.set('host', MASTER, value);
      return this.#respond(request, { name: MASTER_ALIAS, value: key.value });
    }
    if (isReserved(keyName)) return BAD_REQUEST;
    const { key, created } = await keys.set(scope, keyName, value);
    return this.#respond(request, key, created);
  }

  /** DELETE: 204, or 404. The master key, and any other whose name starts with an underscore, stays: 400. */
  async remove(_request: HttpRequest, address: KeyAddress): Promise<HttpResponse> {
    const scope = this.#scopeOf(address);
    if (!scope) return NOT_FOUND;
    const { keyName = '' } = address;
    if (isReserved(keyName)) return BAD_REQUEST;
    return (await (await this.#dependencies.openKeys()).remove(scope, keyName)) ? NO_CONTENT : NOT_FOUND;
  }

  /** Undefined where there is no such collection or function. */
  #scopeOf({ collection, functionName }: KeyAddress): KeyScope | undefined {
    const fn = functionName === undefined ? undefined : this.#dependencies.app.registry.find(functionName);
    if (functionName !== undefined) return fn && { functionName: fn.metadata.name };
    const name = collection.toLowerCase();
    if (name === 'keys' || name === 'functionkeys') return 'host';
    return name === 'systemkeys' ? 'system' : undefined;
  }

  #respond(request: HttpRequest, content: FunctionKey | { readonly keys: readonly FunctionKey[] }, created = false) {
    const href = originOf(request.headers.host, this.#dependencies.init) + request.path;
    const response = jsonResponse({ ...content, links: [{ rel: 'self', href }] }, created ? 201 : 200);
    return created ? { ...response, headers: { ...response.headers, location: href } } : response;
  }
}

function isMaster(scope: KeyScope, keyName: string): boolean {
  return scope === 'system' && keyName.toLowerCase() === MASTER_ALIAS;
}

function isReserved(keyName: string): boolean {
  return keyName === '' || keyName.startsWith('_') || keyName.toLowerCase() === MASTER;
}

/** Undefined unless the body is `{ "value": "..." }`. */
function readValue(body: Buffer): string | undefined {
  try {
    const key: unknown = JSON.parse(body.toString());
    if (typeof key !== 'object' || key === null || !('value' in key)) return undefined;
    return typeof key.value === 'string' && key.value !== '' ? key.value : undefined;
  } catch {
    return undefined;
  }
}
