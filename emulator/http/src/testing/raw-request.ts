import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';

export interface RawRequest {
  readonly port: number;
  /** The value of the Host header, which no HTTP client would send as it is. */
  readonly host: string;
  readonly method?: string;
  readonly target?: string;
  /** Further header lines, `name: value`. */
  readonly headers?: readonly string[];
  readonly tls?: boolean;
}

/** The status of the response to a request that is written byte by byte; 0 without a response. */
export async function statusUnderHost({ port, host, tls = false, ...request }: RawRequest): Promise<number> {
  const { method = 'GET', target = '/', headers = [] } = request;
  const address = { port, host: '127.0.0.1' };
  const socket = tls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address);
  socket.on('error', () => undefined);
  const lines = [`${method} ${target} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers, '', ''];
  socket.write(lines.join('\r\n'));
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3}) /.exec(await text(socket)) ?? [];
  return Number(status);
}
