import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { CosmosServer } from '../index.ts';

export interface RawRequest {
  readonly method: string;
  /** As it goes on the wire. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Overrides of what is signed; type and link default to what the path says. */
  readonly link?: string;
  readonly type?: string;
  readonly key?: string;
  readonly date?: string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Sends a signed request without any SDK between: for input that no SDK would send. */
export function sendRaw(server: CosmosServer, raw: RawRequest): Promise<RawResponse> {
  const date = raw.date ?? new Date().toUTCString();
  const headers = { 'x-ms-date': date, authorization: sign(server, raw, date), ...raw.headers };
  return new Promise((resolve, reject) => {
    const target = { port: server.port, host: '127.0.0.1', method: raw.method, path: raw.path, headers };
    const sent = server.certificate
      ? requestOverTls({ ...target, ca: server.certificate.cert, agent: false })
      : request(target);
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.end(raw.body);
  });
}

function sign(server: CosmosServer, { method, path, link, type, key = server.key }: RawRequest, date: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const isFeed = segments.length % 2 === 1;
  const signedType = type ?? segments.at(isFeed ? -1 : -2) ?? '';
  const signedLink = link ?? (isFeed ? segments.slice(0, -1) : segments).join('/');
  const text = `${method.toLowerCase()}\n${signedType}\n${signedLink}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
}
