import type { RpcTypedData } from '../../protocol/rpc-types.ts';

/** A body as it is sent, with the content type that Azure's host gives it. */
export interface ResponseBody {
  readonly body: string | Uint8Array;
  /** Undefined: the response has no content type. */
  readonly contentType: string | undefined;
}

const TEXT = 'text/plain';
const JSON_TEXT = 'application/json; charset=utf-8';

/**
 * A body without content negotiation: bytes as they are, everything else as UTF-8 text, objects as indented JSON
 * (azure-functions-host `RawScriptResult.cs`, which calls `ToString()` on what Newtonsoft.Json parsed).
 *
 * @param declared the content type that the function set
 */
export function rawBody(data: RpcTypedData | null | undefined, declared: string | undefined): ResponseBody {
  const bytes = data?.bytes ?? data?.stream;
  if (bytes) return { body: bytes, contentType: declared };
  return { body: textOf(data), contentType: withCharset(declared ?? TEXT) };
}

/**
 * A body in the form that the client prefers, for `enableContentNegotiation`; undefined when there is none, which is 204.
 *
 * @param accept the request's header
 */
export function negotiatedBody(
  data: RpcTypedData | null | undefined,
  { declared, accept }: { readonly declared: string | undefined; readonly accept: string | undefined },
): ResponseBody | undefined {
  const bytes = data?.bytes ?? data?.stream;
  if (bytes) return { body: bytes, contentType: declared };
  const value = contentOf(data);
  if (value === null || value === undefined) return undefined;
  const isText = typeof value === 'string' && !(declared ? isJson(declared) : prefersJson(accept));
  if (isText) return { body: value, contentType: withCharset(declared ?? TEXT) };
  return { body: JSON.stringify(value), contentType: declared ? withCharset(declared) : JSON_TEXT };
}

function contentOf(data: RpcTypedData | null | undefined): unknown {
  if (data?.json !== undefined && data.json !== null) return JSON.parse(data.json);
  return data?.string ?? data?.int ?? data?.double;
}

function textOf(data: RpcTypedData | null | undefined): string {
  const value = contentOf(data);
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False'; // as .NET writes them
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** ASP.NET Core's TextOutputFormatter names the encoding that it writes. */
function withCharset(contentType: string): string {
  return /;\s*charset\s*=/i.test(contentType) ? contentType : `${contentType}; charset=utf-8`;
}

function isJson(contentType: string): boolean {
  return /^(?:application|text)\/(?:[\w.-]+\+)?json\b/i.test(contentType);
}

/** Whether the client lists JSON before every type that fits text. */
function prefersJson(accept = '*/*'): boolean {
  for (const range of accept.split(',')) {
    const type = range.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/json' || type === 'text/json') return true;
    if (type === 'text/plain' || type === 'text/*' || type === '*/*') return false;
  }
  return false;
}
