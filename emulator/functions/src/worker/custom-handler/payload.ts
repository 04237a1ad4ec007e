import { CustomHandlerError, messageOf } from '../../errors.ts';
import type {
  RpcFunctionMetadata,
  RpcHttpData,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcParameterBinding,
  RpcTypedData,
} from '../../protocol/rpc-types.ts';

/** What an executable gets for an invocation. */
export interface InvocationPayload {
  readonly Data: Readonly<Record<string, unknown>>;
  readonly Metadata: Readonly<Record<string, unknown>>;
}

/**
 * One invocation as Azure's host sends it: text is a JSON string within the JSON, and so are numbers, while objects are
 * themselves (azure-functions-host `ScriptInvocationContextExtensions.cs`).
 */
export function toPayload(request: RpcInvocationRequest, metadata: RpcFunctionMetadata): InvocationPayload {
  const data = request.inputData.map((input) => [input.name, toDataValue(input, metadata)]);
  const own = Object.entries(request.triggerMetadata).flatMap(([name, value]): [string, unknown][] =>
    // What ends so is the value of the trigger, which is among the data.
    /trigger$/i.test(name) || isNothing(value) ? [] : [[name, toMetadataValue(value)]],
  );
  const { retryContext: retry } = request;
  const retried = retry && {
    RetryCount: retry.retryCount,
    MaxRetryCount: retry.maxRetryCount,
    Exception: retry.exception ? { Message: retry.exception.message } : null,
  };
  return {
    Data: Object.fromEntries(data),
    Metadata: { ...Object.fromEntries(own), ...(retried && { RetryContext: retried }) },
  };
}

function isNothing({ json }: RpcTypedData): boolean {
  return json === 'null';
}

function toDataValue({ name, data }: RpcParameterBinding, { bindings }: RpcFunctionMetadata): unknown {
  if (data.http) return toHttpValue(data.http);
  const isChanges = bindings[name]?.type.toLowerCase() === 'cosmosdbtrigger'; // text there, an array elsewhere
  return isChanges && data.json ? JSON.stringify(data.json) : toValue(data);
}

function toValue({ string, json, bytes, stream, int, double }: RpcTypedData): unknown {
  if (typeof string === 'string') return JSON.stringify(string);
  if (typeof json === 'string') return objectOrText(json);
  const binary = bytes ?? stream;
  if (binary) return Buffer.from(binary).toString('base64');
  return JSON.stringify(int ?? double ?? null);
}

function objectOrText(json: string): unknown {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : json;
}

/** A time is the only text among the metadata that is kept as JSON. */
function toMetadataValue(data: RpcTypedData): unknown {
  const value: unknown = typeof data.json === 'string' ? JSON.parse(data.json) : undefined;
  return typeof value === 'string' ? value.replace(/(?:\.\d+)?Z$/, '+00:00') : toValue(data);
}

/** Kestrel knows these names and spells them so; others are as the client spells them, which is not known here. */
const KNOWN_HEADERS =
  /^(?:accept(?:-charset|-encoding|-language)?|authorization|cache-control|connection|content-(?:encoding|language|length|type)|cookie|date|forwarded|from|host|if-(?:match|modified-since|none-match|range|unmodified-since)|origin|pragma|range|referer|transfer-encoding|upgrade|user-agent|via)$/;

function toHttpValue({ url, method, query, headers, params, body }: RpcHttpData): object {
  const named = Object.entries(headers ?? {}).map(([name, value]) => [spell(name), [value]]);
  const bytes = body?.bytes;
  const isBinary = /^(?:application\/octet-stream|multipart\/)/i.test(headers?.['content-type'] ?? '');
  return {
    Url: url,
    Method: method,
    Query: query ?? {},
    Headers: Object.fromEntries(named),
    Params: params ?? {},
    Identities: [],
    ...(bytes && { Body: Buffer.from(bytes).toString(isBinary ? 'base64' : 'utf8') }),
  };
}

function spell(name: string): string {
  return KNOWN_HEADERS.test(name) ? name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()) : name;
}

/** What an executable responds with. */
export interface InvocationResult {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly logs: readonly string[];
  readonly returnValue: unknown;
}

/** Reads `{ Outputs, Logs, ReturnValue }`, with names in any case. @throws CustomHandlerError for anything else */
export function parseResult(text: string): InvocationResult {
  const properties = Object.entries(parseObject(text)).map(([name, value]) => [name.toLowerCase(), value] as const);
  const { outputs, logs, returnvalue: returnValue } = Object.fromEntries(properties);
  if (!isMissing(outputs) && !isRecord(outputs)) throw invalid(text, '"Outputs" must be an object');
  if (!isMissing(logs) && !Array.isArray(logs)) throw invalid(text, '"Logs" must be an array');
  const lines: readonly unknown[] = isMissing(logs) ? [] : logs;
  return {
    outputs: isMissing(outputs) ? {} : outputs,
    logs: lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))),
    returnValue,
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(text, messageOf(error));
  }
  if (isRecord(value)) return value;
  throw invalid(text, 'a JSON object is expected');
}

const SHOWN_LENGTH = 200;

function invalid(text: string, reason: string): CustomHandlerError {
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return new CustomHandlerError(
    `The custom handler's response is not { Outputs, Logs, ReturnValue }: ${reason}: ${shown}`,
  );
}

function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The outputs of the function that the executable has set. @throws CustomHandlerError for an HTTP response that is none */
export function toResponse(
  { outputs, returnValue }: InvocationResult,
  { bindings }: RpcFunctionMetadata,
): RpcInvocationResponse {
  const outputData = Object.entries(bindings).flatMap(([name, { type, direction, dataType }]) => {
    const isHttp = type.toLowerCase() === 'http';
    if (direction !== 'out' || name === '$return' || (!isHttp && isMissing(outputs[name]))) return [];
    return [{ name, data: isHttp ? toHttpOutput(outputs[name]) : toOutput(outputs[name], dataType) }];
  });
  const value = returnValue ?? outputs.$return;
  if (isMissing(value)) return { outputData };
  const { type = '', dataType } = bindings.$return ?? {};
  const isHttp = type.toLowerCase() === 'http';
  return { outputData, returnValue: isHttp ? toReturnedHttp(value) : toOutput(value, dataType) };
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Azure's host takes any text that can be Base64 for bytes, unless `dataType` is binary, where it leaves text alone. */
function toOutput(value: unknown, dataType: string | undefined): RpcTypedData {
  if (typeof value !== 'string') return { json: JSON.stringify(value) };
  const compact = value.replace(/\s/g, '');
  const isBase64 = compact !== '' && dataType?.toLowerCase() !== 'binary' && BASE64.test(compact);
  return isBase64 ? { bytes: Buffer.from(compact, 'base64') } : { string: value };
}

/** An HTTP output that was not set is an empty response. */
function toHttpOutput(value: unknown): RpcTypedData {
  if (isMissing(value)) return { http: {} };
  const response = typeof value === 'string' ? parseHttp(value) : value;
  if (isRecord(response)) return { http: toRpcHttp(response) };
  throw notHttp(value);
}

function parseHttp(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notHttp(text);
  }
}

function notHttp(value: unknown): CustomHandlerError {
  const shown = JSON.stringify(value).slice(0, SHOWN_LENGTH);
  return new CustomHandlerError(`An HTTP output must be { statusCode, headers, body }, but is ${shown}`);
}

/** A returned value without any property of a response is its body (azure-functions-host `HttpBinding.cs`). */
function toReturnedHttp(value: unknown): RpcTypedData {
  const parsed = typeof value === 'string' ? jsonOrText(value) : value;
  if (!isRecord(parsed)) return { http: { body: toBody(parsed) } };
  const isResponse = Object.keys(parsed).some((name) => /^(?:body|status|statuscode|headers)$/i.test(name));
  return { http: isResponse ? toRpcHttp(parsed) : { body: toBody(parsed) } };
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : text;
  } catch {
    return text;
  }
}

function toRpcHttp(response: Record<string, unknown>): RpcHttpData {
  const lower = Object.fromEntries(Object.entries(response).map(([name, value]) => [name.toLowerCase(), value]));
  const status = lower.statuscode ?? lower.status;
  const headers = isRecord(lower.headers) ? Object.entries(lower.headers) : [];
  return {
    ...(!isMissing(status) && { statusCode: String(status) }),
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
    ),
    ...(!isMissing(lower.body) && { body: toBody(lower.body) }),
  };
}

function toBody(value: unknown): RpcTypedData {
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}
