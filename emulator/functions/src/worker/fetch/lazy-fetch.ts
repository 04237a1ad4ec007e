import { type Content, LazyMessage, readContent } from './lazy-message.ts';

/** What a process has for `fetch`. */
export interface FetchGlobals {
  readonly Request: typeof Request;
  readonly Response: typeof Response;
  readonly fetch: typeof fetch;
}

/**
 * Request and Response that are cheap to make. Their prototypes are those of the native ones, so that `instanceof` holds
 * both ways; a constructor returns a native object for what it cannot serve, and for subclasses.
 */
export function createLazyFetch(native: FetchGlobals): FetchGlobals {
  return {
    Request: lazyConstructor(native.Request, toLazyRequest(native.Request), 'Request'),
    Response: lazyConstructor(native.Response, toLazyResponse(native.Response), 'Response'),
    fetch: (input, init) => native.fetch(LazyMessage.nativeOf(input) as typeof input, init),
  };
}

type Constructor = new (first?: unknown, second?: unknown) => object;

/** @param toLazy undefined for what it cannot serve */
function lazyConstructor<C>(Native: C, toLazy: (first: unknown, init: unknown) => object | undefined, name: string): C {
  const NativeClass = Native as Constructor; // either of the two
  // A function, because a class cannot return the objects of another without making one of its own.
  function Lazy(this: unknown, ...args: unknown[]): object {
    if (new.target === undefined) return Reflect.apply(NativeClass, this, args); // which throws
    const lazy = new.target === Lazy ? toLazy(args[0], args[1]) : undefined;
    return lazy ?? Reflect.construct(NativeClass, args.map(LazyMessage.nativeOf), own(new.target));
  }
  /** The native constructor itself, unless a subclass is made. */
  function own(target: unknown): Constructor {
    return target === Lazy ? NativeClass : (target as Constructor); // the target of `new`
  }
  Object.setPrototypeOf(Lazy, NativeClass); // static methods
  Object.defineProperty(Lazy, 'name', { value: name, configurable: true });
  Object.defineProperty(Lazy, 'length', { value: NativeClass.length, configurable: true });
  Object.defineProperty(Lazy, 'prototype', { value: NativeClass.prototype, writable: false });
  return Lazy as unknown as C; // it is called as the native one is
}

/** The methods that the native constructor takes as they are, without a change of case. */
const METHODS: readonly unknown[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const REQUEST_INIT = new Set<unknown>(['method', 'headers', 'body']);
const RESPONSE_INIT = new Set<unknown>(['status', 'statusText', 'headers']);
type NativeBody = NonNullable<ConstructorParameters<typeof Response>[0]> | null;

function toLazyRequest(Native: typeof Request): (input: unknown, init: unknown) => object | undefined {
  class LazyRequest extends LazyMessage<Request> {
    readonly #url: string;
    readonly #method: string;
    #href: string | undefined;

    constructor(url: string, method: string, content: Content) {
      // The body is a copy, which nobody else has.
      super(content, (body, headers) => new Native(url, { method, headers, body: body as NativeBody }));
      this.#url = url;
      this.#method = method;
    }

    get url(): string {
      this.#href ??= new URL(this.#url).href;
      return this.#href;
    }

    get method(): string {
      return this.#method;
    }
  }
  passOnTheRest(LazyRequest.prototype, Native.prototype);
  return (input, init = {}) => {
    if (typeof input !== 'string' || !isPlain(init, REQUEST_INIT)) return undefined;
    const { method = 'GET' } = init;
    if (typeof method !== 'string' || !METHODS.includes(method)) return undefined;
    if (input.includes('@') || !URL.canParse(input)) return undefined; // the native constructor rejects credentials
    const content = readContent(init.body, init.headers);
    if (!content || (content.body !== null && (method === 'GET' || method === 'HEAD'))) return undefined;
    return new LazyRequest(input, method, content);
  };
}

function toLazyResponse(Native: typeof Response): (body: unknown, init: unknown) => object | undefined {
  class LazyResponse extends LazyMessage<Response> {
    readonly #status: number;

    constructor(status: number, content: Content) {
      super(content, (body, headers) => new Native(body as NativeBody, { status, headers })); // as above
      this.#status = status;
    }

    get status(): number {
      return this.#status;
    }

    get ok(): boolean {
      return this.#status <= 299;
    }
  }
  passOnTheRest(LazyResponse.prototype, Native.prototype);
  return (body, init = {}) => {
    if (!isPlain(init, RESPONSE_INIT) || init.statusText !== undefined) return undefined;
    const { status = 200 } = init;
    if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
    const content = readContent(body, init.headers);
    if (!content || (content.body !== null && NULL_BODY.includes(status))) return undefined;
    return new LazyResponse(status, content);
  };
}

/** Statuses with which the native constructor rejects a body. */
const NULL_BODY: readonly number[] = [204, 205, 304];

interface Init {
  readonly method?: unknown;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly status?: unknown;
  readonly statusText?: unknown;
}

/** Whether `init` is an object of its own, with no other properties than those named. */
function isPlain(init: unknown, names: ReadonlySet<unknown>): init is Init {
  if (typeof init !== 'object' || init === null || Object.getPrototypeOf(init) !== Object.prototype) return false;
  return Reflect.ownKeys(init).every((name) => names.has(name));
}

/** Puts the native prototype below, and whatever a lazy message does not know on the native message behind it. */
function passOnTheRest(lazy: object, native: object): void {
  Object.setPrototypeOf(lazy, native);
  const known = new Set([...Reflect.ownKeys(lazy), ...Reflect.ownKeys(LazyMessage.prototype)]);
  for (const name of Reflect.ownKeys(LazyMessage.prototype)) {
    const property = Object.getOwnPropertyDescriptor(LazyMessage.prototype, name);
    if (property && name !== 'constructor') Object.defineProperty(lazy, name, property);
  }
  Reflect.deleteProperty(lazy, 'constructor');
  for (const name of Reflect.ownKeys(native)) {
    const property = Object.getOwnPropertyDescriptor(native, name);
    if (!property || known.has(name)) continue;
    if (property.get) Object.defineProperty(lazy, name, { ...property, get: readNative(name) });
    else if (typeof property.value === 'function')
      Object.defineProperty(lazy, name, { ...property, value: callNative(name) });
  }
}

function readNative(name: PropertyKey): (this: object) => unknown {
  return function read(this: object) {
    const target: object = LazyMessage.nativeOf(this);
    return Reflect.get(target, name);
  };
}

function callNative(name: PropertyKey): (this: object, ...args: unknown[]) => unknown {
  return function call(this: object, ...args: unknown[]) {
    const target: object = LazyMessage.nativeOf(this);
    return Reflect.apply(Reflect.get(target, name), target, args);
  };
}

/**
 * Replaces Request, Response and `fetch` of this process by lazy ones. Nothing is made before somebody asks for Request or
 * Response, because Node.js loads its `fetch` by then.
 */
export function installLazyFetch(): void {
  const properties = ['Request', 'Response'].map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  if (properties.some((property) => property?.configurable !== true)) return;
  const nativeFetch = globalThis.fetch;
  let lazy: FetchGlobals | undefined;

  function restore(): void {
    for (const [index, name] of ['Request', 'Response'].entries()) {
      Object.defineProperty(globalThis, name, properties[index] ?? {});
    }
  }

  function load(): FetchGlobals {
    if (lazy) return lazy;
    restore();
    const { Request, Response } = globalThis;
    lazy = createLazyFetch({ Request, Response, fetch: nativeFetch });
    for (const name of ['Request', 'Response'] as const) {
      const value = lazy[name];
      Object.defineProperty(value.prototype, 'constructor', { value, writable: true, configurable: true });
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
    }
    return lazy;
  }

  for (const name of ['Request', 'Response'] as const) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get: () => load()[name],
      set: (value: unknown) => {
        restore();
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
      },
    });
  }
  globalThis.fetch = function fetch(input, init = undefined) {
    return lazy ? lazy.fetch(input, init) : nativeFetch(input, init);
  };
}
