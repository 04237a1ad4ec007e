import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { CustomHandlerError } from '../../errors.ts';
import { HOST_VERSION } from '../../host-version.ts';
import type { RpcHttpData, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { StreamedResponse } from '../http/stream-proxy.ts';
import type { HandlerProcess } from './handler-process.ts';

/** A client's request for a function, which the executable is to get as it is. */
export interface StreamedExchange {
  readonly message: IncomingMessage;
  readonly response: StreamedResponse;
}

/** The response of the executable to a client's request. */
export interface HandlerAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

const USER_AGENT = `Azure-Functions-Host/${HOST_VERSION}`;
/** They concern one connection (RFC 9110, section 7.6.1); node:http answers `expect` itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** By these headers the executable learns which host calls it, for which invocation. */
function hostHeaders(invocationId: string): Record<string, string> {
  return { 'x-azure-functions-hostversion': HOST_VERSION, 'x-azure-functions-invocationid': invocationId };
}

/** Posts the payload of one invocation to `/{functionName}`. Resolves to the text of a successful response. */
export async function postPayload(
  handler: HandlerProcess,
  payload: object,
  { functionName, invocationId }: { readonly functionName: string; readonly invocationId: string },
): Promise<string> {
  const body = Buffer.from(JSON.stringify(payload));
  const request = await handler.request({
    method: 'POST',
    path: `/${functionName}`,
    headers: {
      ...hostHeaders(invocationId),
      'user-agent': USER_AGENT,
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    },
  });
  const answering = answerTo(request);
  request.end(body);
  const { statusCode = 0, statusMessage = '', headers, text } = await readText(await answering);
  if (statusCode < 200 || statusCode > 299) {
    throw new CustomHandlerError(`Response status code does not indicate success: ${statusCode} (${statusMessage}).`);
  }
  if (!/^(?:application|text)\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '')) {
    const found = headers['content-type'] ?? 'none';
    throw new CustomHandlerError(
      `The custom handler's response must have the content type application/json, but has ${found}. Azure's host reads no other`,
    );
  }
  return text;
}

async function readText(answer: IncomingMessage) {
  const { statusCode, statusMessage, headers } = answer;
  return { statusCode, statusMessage, headers, text: (await readAll(answer)).toString() };
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Passes on a request as it comes, and its response, to which both ends can write at the same time. */
export async function proxyRequest(
  handler: HandlerProcess,
  { message }: StreamedExchange,
  { invocationId }: { readonly invocationId: string },
): Promise<HandlerAnswer> {
  const { method, url, headers } = message;
  const request = await handler.request({
    method,
    path: url,
    headers: { ...endToEnd(headers), ...chunking(headers), ...hostHeaders(invocationId) },
  });
  const answering = answerTo(request);
  message.on('error', (error) => request.destroy(error)); // a body that is too long, or has lost its client
  request.once('error', () => message.unpipe(request).resume());
  request.flushHeaders(); // the executable may respond before there is a body
  message.pipe(request);
  const answer = await abortedWith(message, request, answering);
  return { status: answer.statusCode ?? 200, headers: endToEnd(answer.headers), body: answer };
}

/**
 * Sends a copy of a request, and takes its whole response before the client gets any of it. A body without a length is
 * left out, as in Azure.
 *
 * @param path in place of the request's own
 */
export async function forwardRequest(
  handler: HandlerProcess,
  { message }: StreamedExchange,
  { invocationId, path }: { readonly invocationId: string; readonly path?: string },
): Promise<HandlerAnswer> {
  const { headers } = message;
  const hasBody = Number(headers['content-length'] ?? 0) > 0;
  const body = hasBody ? await readAll(message) : Buffer.alloc(0);
  if (!hasBody) message.resume();
  const query = (message.url ?? '').replace(/^[^?]*/, '');
  const {
    status,
    headers: answered,
    content,
  } = await sendCopy(handler, {
    method: message.method,
    path: path === undefined ? (message.url ?? '/') : path + query,
    headers,
    body,
    invocationId,
  });
  return {
    status,
    headers: content.length > 0 ? { ...answered, 'content-length': content.length } : answered,
    body: oneChunk(content),
  };
}

/** The same for an invocation without a client, of which the host has made the request. */
export async function forwardInvocation(
  handler: HandlerProcess,
  { method, url = '', headers, body }: RpcHttpData,
  { invocationId, path }: { readonly invocationId: string; readonly path?: string },
): Promise<RpcTypedData> {
  const { pathname, search } = new URL(url);
  const {
    status,
    headers: answered,
    content,
  } = await sendCopy(handler, {
    method,
    path: (path ?? pathname) + search,
    headers: headers ?? {},
    body: Buffer.from(body?.bytes ?? ''),
    invocationId,
  });
  const flat = Object.entries(answered).map(([name, value]) => [name, String(value)]);
  return { http: { statusCode: String(status), headers: Object.fromEntries(flat), body: { bytes: content } } };
}

interface CopiedRequest {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly invocationId: string;
}

async function sendCopy(handler: HandlerProcess, { method, path, headers, body, invocationId }: CopiedRequest) {
  const userAgent = headers['user-agent'] === undefined ? USER_AGENT : `${headers['user-agent']} ${USER_AGENT}`;
  const request = await handler.request({
    method: method ?? 'GET',
    path,
    headers: { ...endToEnd(headers), 'user-agent': userAgent, ...hostHeaders(invocationId) },
  });
  const answering = answerTo(request);
  request.end(body);
  const answer = await answering;
  const content = await readAll(answer);
  return { status: answer.statusCode ?? 200, headers: endToEnd(answer.headers), content };
}

async function* oneChunk(content: Buffer): AsyncGenerator<Buffer> {
  if (content.length > 0) yield content;
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', (cause) => {
      reject(new CustomHandlerError(`The custom handler did not answer: ${cause.message}`, { cause }));
    });
  });
}

/** Nobody reads the response for a client that has gone: the request to the executable is aborted. */
async function abortedWith(
  { socket }: IncomingMessage,
  request: ClientRequest,
  answering: Promise<IncomingMessage>,
): Promise<IncomingMessage> {
  const abort = () => void request.destroy(new Error('The client has closed its connection'));
  socket.once('close', abort);
  const answer = await answering.catch((error: unknown) => {
    socket.off('close', abort);
    throw error;
  });
  answer.once('close', () => socket.off('close', abort));
  return answer;
}

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** node:http chunks the body of most methods by itself, though not that of GET or DELETE. */
function chunking(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
}
