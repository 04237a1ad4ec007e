import { PassThrough } from 'node:stream';
import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { Randomness } from '@lazurite/runtime';
import {
  errorResponse,
  isRecord,
  JSON_RPC_CODES,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcResponse,
  type Params,
  parseMessage,
} from './json-rpc.ts';
import type { McpCaller, McpServer } from './mcp-server.ts';

export interface McpTransportOptions {
  readonly server: McpServer;
  readonly randomness: Randomness;
  /** With which the older transport names its address for messages in full; undefined: relative to that of the stream. */
  readonly absoluteScheme: 'http:' | 'https:' | undefined;
}

const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache,no-store',
  'content-encoding': 'identity',
};
const SESSION_HEADER = 'mcp-session-id';
const STATE_PARAMETER = 'azmcpcs';
const METHOD_NOT_ALLOWED: HttpResponse = { status: 405 };
/** Streams of the legacy transport that may be open at once. */
const MAX_STREAMS = 1_000;
/** A stream whose client does not read is closed when so much waits for it. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

interface Stream {
  readonly body: PassThrough;
  /** What the client said of itself in `initialize`. */
  clientInfo: Params | undefined;
  /** Requests that have no response yet. Those that the client cancels get none. */
  readonly pending: Set<JsonRpcId>;
}

/**
 * The two HTTP transports of the Model Context Protocol, with the responses of azure-functions-mcp-extension:
 * Streamable HTTP without state, and the older one with a stream of server-sent events.
 */
export class McpHttpTransport {
  readonly #options: McpTransportOptions;
  readonly #instanceId: string;
  readonly #streams = new Map<string, Stream>();

  constructor(options: McpTransportOptions) {
    this.#options = options;
    this.#instanceId = newId(options.randomness);
  }

  /** Streamable HTTP: a POST brings one message, and its response carries the response to that message. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    if (request.method !== 'POST') return METHOD_NOT_ALLOWED;
    if (!accepts(request, 'application/json') || !accepts(request, 'text/event-stream')) {
      return rejection(406, 'Not Acceptable: Client must accept both application/json and text/event-stream');
    }
    const state = headerOf(request, SESSION_HEADER);
    if (state && !parseState(state)) return rejection(400, 'Invalid client state.');
    const message = parseMessage((await request.body()).toString());
    if (!message) {
      return rejection(400, 'Bad Request: The POST body did not contain a valid JSON-RPC message.');
    }
    if (message.kind !== 'request') return { status: 202 };
    const response = await this.#options.server.handle(message, {
      sessionId: state || undefined,
      clientInfo: undefined,
      transport: 'http-streamable',
      headers: headersOf(request),
    });
    const opensSession = message.method === 'initialize' && 'result' in response && !state;
    const session = opensSession && { [SESSION_HEADER]: this.#stateOf(newId(this.#options.randomness)) };
    return { status: 200, headers: { ...SSE_HEADERS, ...session }, body: toEvent(response) };
  }

  /** The older transport: a GET opens the stream, which begins with the address for the client's messages. */
  openStream(request: HttpRequest): HttpResponse {
    if (request.method !== 'GET') return METHOD_NOT_ALLOWED;
    if (this.#streams.size >= MAX_STREAMS) return { status: 503 };
    const id = newId(this.#options.randomness);
    const body = new PassThrough();
    this.#streams.set(id, { body, clientInfo: undefined, pending: new Set() });
    body.once('close', () => this.#streams.delete(id));
    body.write(`event: endpoint\ndata: ${this.#messageAddress(id, request)}\n\n`);
    return { status: 200, headers: SSE_HEADERS, body };
  }

  /** The older transport: a POST brings one message, and the response to it goes to the stream. */
  async receive(request: HttpRequest): Promise<HttpResponse> {
    if (request.method !== 'POST') return METHOD_NOT_ALLOWED;
    const state = new URLSearchParams(request.query).get(STATE_PARAMETER);
    if (!state) return noSession('Missing service context.');
    const parsed = parseState(state);
    if (!parsed) return noSession('Invalid client state.');
    const stream = this.#streams.get(parsed.clientId);
    if (!stream) {
      return noSession(`No active session for client '${parsed.clientId}' and instance '${parsed.instanceId}'.`);
    }
    const message = parseMessage((await request.body()).toString());
    if (!message) return json(400, 'No message in request body.');
    void this.#process(message, stream, { id: parsed.clientId, request });
    return { status: 202, headers: { 'content-type': 'text/plain' }, body: 'Accepted' };
  }

  /** Ends all streams, whose clients then connect again. */
  close(): void {
    for (const { body } of this.#streams.values()) body.end();
  }

  async #process(
    message: JsonRpcMessage,
    stream: Stream,
    { id, request }: { readonly id: string; readonly request: HttpRequest },
  ): Promise<void> {
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      const { requestId } = message.params;
      if (typeof requestId === 'string' || typeof requestId === 'number') stream.pending.delete(requestId);
    }
    if (message.kind !== 'request') return;
    if (message.method === 'initialize' && isRecord(message.params.clientInfo)) {
      stream.clientInfo = message.params.clientInfo;
    }
    const caller: McpCaller = {
      sessionId: id,
      clientInfo: stream.clientInfo,
      transport: 'http-sse',
      headers: headersOf(request),
    };
    stream.pending.add(message.id);
    const response = await this.#options.server.handle(message, caller);
    if (stream.pending.delete(message.id)) send(stream.body, response);
  }

  #stateOf(clientId: string): string {
    return `${clientId}|${this.#instanceId}`;
  }

  #messageAddress(id: string, request: HttpRequest): string {
    const key = headerOf(request, 'x-functions-key') ?? new URLSearchParams(request.query).get('code');
    const query = new URLSearchParams({ [STATE_PARAMETER]: this.#stateOf(id), ...(key && { code: key }) });
    const relative = `message?${query}`;
    const { absoluteScheme } = this.#options;
    const { host } = request.headers;
    if (absoluteScheme === undefined || host === undefined) return relative;
    const folder = request.path.replace(/\/+$/, '').replace(/[^/]*$/, '');
    return `${absoluteScheme}//${host}${folder}${relative}`;
  }
}

function send(body: PassThrough, response: JsonRpcResponse): void {
  if (body.destroyed || body.writableEnded) return;
  body.write(toEvent(response));
  if (body.writableLength > MAX_UNREAD_BYTES) body.destroy();
}

function toEvent(response: JsonRpcResponse): string {
  return `event: message\ndata: ${JSON.stringify(response)}\n\n`;
}

/** As Azure's host has it on a developer's machine, where it is not encrypted: `client|instance`. */
function parseState(state: string): { readonly clientId: string; readonly instanceId: string } | undefined {
  const [clientId, instanceId, ...rest] = state.split('|').filter(Boolean);
  if (clientId === undefined || instanceId === undefined || rest.length > 0) return undefined;
  return { clientId, instanceId };
}

function newId(randomness: Randomness): string {
  return randomness.uuid().replaceAll('-', '');
}

function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function headersOf({ headers }: HttpRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(',')]));
}

/** Whether a media type of `Accept` includes the given one. */
function accepts(request: HttpRequest, type: string): boolean {
  const ranges = (headerOf(request, 'accept') ?? '')
    .split(',')
    .map((range) => range.split(';')[0]?.trim().toLowerCase());
  return [type, `${type.split('/')[0]}/*`, '*/*'].some((range) => ranges.includes(range));
}

function rejection(status: number, message: string): HttpResponse {
  return json(status, errorResponse(null, JSON_RPC_CODES.rejected, message));
}

function noSession(message: string): HttpResponse {
  return json(400, `${message} Please connect to the /sse endpoint to initiate your session.`);
}

function json(status: number, body: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
