import { AsyncLocalStorage } from 'node:async_hooks';
import { isUtf8 } from 'node:buffer';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { InvocationCaptured } from '../../protocol/events.ts';
import type {
  RpcHttpData,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcTypedData,
} from '../../protocol/rpc-types.ts';

/** Names the invocation that sends a request, to servers of this machine alone. */
const INVOCATION_HEADER = 'x-lazurite-invocation';
/** Of an input or output; what is longer is cut. */
const MAX_TEXT_BYTES = 64 * 1024;

/** The id of the invocation that runs now. */
const running = new AsyncLocalStorage<string>();
let isTagging = false;

/** Runs an invocation so that the requests which it sends to servers of this machine name it. */
export function runNamed<T>(invocationId: string, run: () => T): T {
  if (!isTagging) tagRequests();
  return running.run(invocationId, run);
}

/** Of node:http, which the SDKs of Azure use, and of fetch. */
function tagRequests(): void {
  isTagging = true;
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { readonly request: ClientRequest }; // as documented for this channel
    const invocationId = running.getStore();
    if (invocationId === undefined || request.headersSent || !isLocal(request.host)) return;
    request.setHeader(INVOCATION_HEADER, invocationId);
  });
  subscribe('undici:request:create', (message) => {
    // As documented for this channel; undici has no types for it.
    const { request } = message as { request: { origin: unknown; addHeader(name: string, value: string): void } };
    const invocationId = running.getStore();
    const origin = String(request.origin);
    if (invocationId === undefined || !URL.canParse(origin) || !isLocal(new URL(origin).hostname)) return;
    request.addHeader(INVOCATION_HEADER, invocationId);
  });
}

function isLocal(host: string): boolean {
  return host === '127.0.0.1' || host === 'localhost' || host === '::1' || host === '[::1]';
}

/** What came in and what goes out. `response` is undefined when the function has failed. */
export function captureInvocation(
  request: RpcInvocationRequest,
  response: RpcInvocationResponse | undefined,
): InvocationCaptured {
  const trigger = request.inputData[0]?.data;
  const input = textOf(trigger?.http ? trigger.http.body : trigger);
  const sent = httpResponseOf(response);
  const output = (sent ? textOf(sent.body) : textOf(response?.returnValue)) ?? outputsOf(response);
  const status = Number(sent?.statusCode ?? 200);
  const { method = 'GET', url, headers } = trigger?.http ?? {};
  return {
    type: 'invocation-captured',
    invocationId: request.invocationId,
    ...(url !== undefined && { request: { method, url: pathOf(url), headers: headers ?? {} } }),
    ...(sent && Number.isInteger(status) && { status }),
    ...(input && { input: input.text }),
    ...(output && { output: output.text }),
    isCut: input?.isCut === true || output?.isCut === true,
  };
}

/** What the function returned, or put into its output binding as apps of version 3 do. */
function httpResponseOf(response: RpcInvocationResponse | undefined): RpcHttpData | undefined {
  const outputs = (response?.outputData ?? []).map(({ data }) => data);
  return [response?.returnValue, ...outputs].find((data) => data?.http)?.http ?? undefined;
}

interface CapturedText {
  readonly text: string;
  readonly isCut: boolean;
}

function textOf(data: RpcTypedData | null | undefined): CapturedText | undefined {
  if (!data) return undefined;
  const { string, json, bytes, int, double } = data;
  const text = string ?? json ?? int?.toString() ?? double?.toString();
  if (text !== undefined && text !== null) return cut(text);
  if (bytes)
    return isUtf8(bytes.subarray(0, MAX_TEXT_BYTES)) ? cutBytes(bytes) : { text: `${bytes.length} bytes`, isCut: true };
  const { http, stream, ...rest } = data;
  return Object.keys(rest).length === 0 ? undefined : cut(JSON.stringify(rest));
}

/** What functions without a return value have put into their output bindings. */
function outputsOf(response: RpcInvocationResponse | undefined): CapturedText | undefined {
  const outputs = (response?.outputData ?? []).filter(({ data }) => !data.http);
  if (outputs.length === 0) return undefined;
  return cut(outputs.map(({ name, data }) => `${name}: ${textOf(data)?.text ?? ''}`).join('\n'));
}

function cut(text: string): CapturedText {
  return text.length <= MAX_TEXT_BYTES ? { text, isCut: false } : { text: text.slice(0, MAX_TEXT_BYTES), isCut: true };
}

function cutBytes(bytes: Uint8Array): CapturedText {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_TEXT_BYTES)).toString('utf8');
  return { text, isCut: bytes.length > MAX_TEXT_BYTES };
}

/** The host's own address is of no interest. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, '');
}
