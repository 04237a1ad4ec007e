import type { HttpRequest } from '@lazurite/http';
import type { RpcHttpData } from '../../protocol/rpc-types.ts';

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/**
 * A request as the host hands it to a worker: header and query values that occur more than once are joined with a comma
 * (azure-functions-host `GrpcMessageConversionExtensions.cs`).
 *
 * @param origin for example `http://localhost:7071`
 * @param body empty when the request has none
 */
export function toRpcHttp(
  request: HttpRequest,
  { origin, params, body }: { readonly origin: string; readonly params: Record<string, string>; readonly body: Buffer },
): RpcHttpData {
  return {
    method: request.method,
    url: request.query ? `${origin}${request.path}?${request.query}` : origin + request.path,
    headers: flattenHeaders(request.headers),
    query: request.query ? flattenQuery(request.query) : NOTHING,
    params,
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

/** node:http joins repeated headers, except `set-cookie`, which is an array. */
export function flattenHeaders(headers: HttpRequest['headers']): Record<string, string> {
  if (headers['set-cookie'] === undefined) return headers as Record<string, string>;
  return { ...(headers as Record<string, string>), 'set-cookie': headers['set-cookie'].join(',') };
}

export function flattenQuery(query: string): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = flat[name];
    flat[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return flat;
}
