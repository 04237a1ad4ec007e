/** What Request and Response have in common here. */
type Message = Request | Response;

export type SimpleBody = string | Uint8Array | null;

/** Names and values in turn, as they were when the message was made. */
export type HeaderPairs = readonly string[];

/** The parts of a message that its constructor was given. */
export interface Content {
  readonly body: SimpleBody;
  readonly pairs: HeaderPairs;
}

const TEXT = 'text/plain;charset=UTF-8';
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * A Request or Response that is made natively only when something is asked that cannot be answered without: the native
 * ones set up streams and signals, which most functions never use. What it answers itself is what the native one would.
 */
export class LazyMessage<N extends Message> {
  readonly #pairs: HeaderPairs;
  readonly #body: SimpleBody;
  readonly #create: (body: SimpleBody, headers: Headers) => N;
  #isUsed = false;
  #headers: Headers | undefined;
  #native: N | undefined;

  /** @param create makes the native message */
  constructor({ body, pairs }: Content, create: (body: SimpleBody, headers: Headers) => N) {
    this.#body = body;
    this.#pairs = pairs;
    this.#create = create;
  }

  /** The native message that `message` stands for; itself when it is none of ours. */
  static nativeOf<T>(message: T): T | Message {
    if (typeof message !== 'object' || message === null || !(#pairs in message)) return message;
    return message.#toNative();
  }

  get headers(): Headers {
    this.#headers ??= this.#createHeaders();
    return this.#headers;
  }

  get body(): ReadableStream | null {
    return this.#body === null ? null : this.#toNative().body;
  }

  get bodyUsed(): boolean {
    return this.#native ? this.#native.bodyUsed : this.#isUsed;
  }

  async text(): Promise<string> {
    return this.#take() ? this.#text() : this.#toNative().text();
  }

  async json(): Promise<unknown> {
    return this.#take() ? JSON.parse(this.#text()) : this.#toNative().json();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#take() ? this.#bytes() : this.#toNative().arrayBuffer();
  }

  /** Whether the body may be read here, which it then is. A second time the native message rejects. */
  #take(): boolean {
    if (this.#native || this.#isUsed) return false;
    this.#isUsed = this.#body !== null;
    return true;
  }

  /** As decoded from UTF-8: without a byte order mark, and with half pairs of surrogates replaced. */
  #text(): string {
    const body = this.#body ?? '';
    if (typeof body !== 'string') return decoder.decode(body);
    const text = body.isWellFormed() ? body : body.toWellFormed();
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  #bytes(): ArrayBuffer {
    const body = this.#body ?? '';
    const bytes = typeof body === 'string' ? encoder.encode(body) : new Uint8Array(body);
    return bytes.buffer;
  }

  #createHeaders(): Headers {
    const headers = new Headers();
    for (let index = 0; index < this.#pairs.length; index += 2) {
      headers.append(this.#pairs[index] ?? '', this.#pairs[index + 1] ?? '');
    }
    // As the native constructors do.
    if (typeof this.#body === 'string' && !headers.has('content-type')) headers.set('content-type', TEXT);
    return headers;
  }

  #toNative(): N {
    this.#native ??= this.#createNative();
    if (this.#headers) copyHeaders(this.#headers, this.#native.headers);
    return this.#native;
  }

  #createNative(): N {
    const native = this.#create(this.#body, this.headers);
    if (this.#isUsed) void native.arrayBuffer(); // so that it is as used as this one
    return native;
  }
}

/** Headers that were handed out may have been changed since. */
function copyHeaders(from: Headers, to: Headers): void {
  const names = new Set([...to.keys(), ...from.keys()]);
  const cookies = from.getSetCookie();
  for (const name of names) {
    to.delete(name);
    const value = name === 'set-cookie' ? null : from.get(name);
    if (value !== null) to.set(name, value);
  }
  for (const cookie of cookies) to.append('set-cookie', cookie);
}

const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** Of these characters no value is normalized or rejected by `Headers`. */
const VALUE = /^(?:[\x21-\xff](?:[\t\x20-\xff]*[\x21-\xff])?)?$/;

/** The pairs of a plain object or of Headers; undefined for what the native constructor has to judge. */
function readHeaders(headers: unknown): HeaderPairs | undefined {
  if (headers === undefined) return [];
  if (typeof headers !== 'object' || headers === null) return undefined;
  const pairs: string[] = [];
  if (headers instanceof Headers) {
    for (const [name, value] of headers) pairs.push(name, value);
    return pairs;
  }
  const prototype: unknown = Object.getPrototypeOf(headers);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const names = Reflect.ownKeys(headers);
  for (const name of names) {
    const value: unknown = Reflect.get(headers, name);
    if (typeof name !== 'string' || typeof value !== 'string' || !NAME.test(name) || !VALUE.test(value))
      return undefined;
    pairs.push(name, value);
  }
  return pairs;
}

/** A copy of the body; undefined for what the native constructor has to judge, streams and forms among it. */
function readBody(body: unknown): SimpleBody | undefined {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array && body.buffer instanceof ArrayBuffer ? new Uint8Array(body) : undefined;
}

/** Both, where they need not be judged natively. */
export function readContent(body: unknown, headers: unknown): Content | undefined {
  const copy = readBody(body);
  const pairs = readHeaders(headers);
  return copy === undefined || !pairs ? undefined : { body: copy, pairs };
}
