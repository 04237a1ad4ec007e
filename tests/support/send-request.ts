import { request as httpRequest } from 'node:http';
import type { RawRequest } from './create-operation-request.ts';
import { checkAgainstOpenApi } from './openapi-check.ts';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever was answered
  readonly body: any;
}

/** Sends a request below `serviceRoot`, the path as it is: fetch would rewrite some. What is answered must be as documented. */
export async function sendRequest(serviceRoot: string, request: RawRequest): Promise<HttpResponse> {
  const answer = await send(serviceRoot, request);
  checkAgainstOpenApi(request.method ?? 'GET', serviceRoot + (request.path ?? ''), answer);
  return answer;
}

function send(serviceRoot: string, request: RawRequest): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const { hostname, port, pathname } = new URL(serviceRoot);
  const content = request.body === undefined ? undefined : Buffer.from(request.body);
  const outgoing = httpRequest({
    hostname,
    port,
    method: request.method ?? 'GET',
    path: pathname.replace(/\/$/, '') + (request.path ?? ''),
    headers: { ...request.headers, ...(content && { 'content-length': content.length }) },
  });
  outgoing.on('error', reject).on('response', (incoming) => {
    const chunks: Buffer[] = [];
    incoming
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
        const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
        resolve({
          status: incoming.statusCode ?? 0,
          headers,
          text,
          body: isJson && text ? JSON.parse(text) : undefined,
        });
      });
  });
  outgoing.end(content);
  return promise;
}
