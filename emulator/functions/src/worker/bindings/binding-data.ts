import type { RpcHttpData, RpcInvocationRequest, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { BindingData } from './binding-expression.ts';

/** The values that binding expressions can name in this invocation. */
export function bindingDataOf({ inputData, triggerMetadata }: RpcInvocationRequest): BindingData {
  const trigger = inputData[0]?.data;
  const { sys: _system, ...own } = triggerMetadata; // binding expressions compute these values themselves
  const metadata = fromMetadata(own);
  if (trigger?.http) return fromHttp(trigger.http, metadata);
  return triggerBindingData(trigger?.string ?? trigger?.json ?? undefined, metadata);
}

/** A streamed request is metadata alone: `Query`, `Headers`, and the route values as text beside them. */
function fromHttp({ query, headers, params, body }: RpcHttpData, metadata: BindingData): BindingData {
  const { Query, Headers, ...routeValues } = metadata;
  const text = body?.string ?? body?.json ?? (body?.bytes ? Buffer.from(body.bytes).toString() : undefined);
  return httpBindingData({
    body: parseObject(text),
    query: query ?? onlyTexts(Query),
    headers: headers ?? onlyTexts(Headers),
    routeValues: params ?? onlyTexts(routeValues),
  });
}

function onlyTexts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, item]) => typeof item === 'string'));
}

export interface HttpBindingSource {
  /** The body when it is a JSON object: expressions can name its top-level properties. */
  readonly body: unknown;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly routeValues: Readonly<Record<string, string>>;
}

/** For an HTTP trigger. Later sources win: body, query (without the key), route. */
export function httpBindingData({ body, query, headers, routeValues }: HttpBindingSource): BindingData {
  const { code: _key, ...namedQuery } = query;
  return { ...topLevel(body), ...namedQuery, ...routeValues, Query: query, Headers: headers };
}

/** For a trigger that delivers `payload` as text: the properties of the payload, then the metadata, which wins. */
export function triggerBindingData(payload: string | undefined, metadata: BindingData): BindingData {
  return { ...topLevel(parseObject(payload)), ...metadata };
}

/** The JSON object that `text` holds; undefined for anything else. */
function parseObject(text: string | undefined): object | undefined {
  if (!text?.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function topLevel(value: unknown): BindingData {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

type TriggerMetadata = Readonly<Record<string, RpcTypedData>>;

/** As the host sends a value of binding data to a worker (GrpcMessageConversionExtensions.cs): numbers are JSON. */
function toMetadataValue(value: unknown): RpcTypedData {
  if (typeof value === 'string') return { string: value };
  if (value instanceof Uint8Array) return { bytes: value };
  return { json: JSON.stringify(value ?? null) };
}

/** Trigger metadata: the properties of a payload that is a JSON object, then `own`, which wins. */
export function toMetadata(own: BindingData, payload?: string): TriggerMetadata {
  const entries = Object.entries({ ...parseObject(payload), ...own });
  return Object.fromEntries(entries.map(([name, value]) => [name, toMetadataValue(value)]));
}

/** The inverse of `toMetadata`. */
function fromMetadata(metadata: TriggerMetadata): BindingData {
  const entries = Object.entries(metadata).map(([name, { json, string }]) => {
    const value: unknown = typeof json === 'string' ? JSON.parse(json) : string;
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}
