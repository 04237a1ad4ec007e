import type { BindingData } from './binding-expression.ts';

export interface HttpBindingSource {
  /** The body when it is a JSON object; its top-level properties can be named. */
  readonly body: unknown;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly routeValues: Readonly<Record<string, string>>;
}

/** What a binding of an HTTP-triggered function may refer to; later sources win: body, query (never the key), route. */
export function httpBindingData({ body, query, headers, routeValues }: HttpBindingSource): BindingData {
  const { code: _key, ...namedQuery } = query;
  return { ...topLevel(body), ...namedQuery, ...routeValues, Query: query, Headers: headers };
}

/** What a binding may refer to when a trigger delivers `payload` as text: its metadata and the payload's properties. */
export function triggerBindingData(payload: string | undefined, metadata: BindingData): BindingData {
  return { ...topLevel(parseObject(payload)), ...metadata };
}

/** The JSON object that `text` holds; undefined for anything else. */
export function parseObject(text: string | undefined): object | undefined {
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
