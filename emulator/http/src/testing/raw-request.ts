import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawRequest {
  readonly port: number;
  /** The value of the Host header, which no HTTP client would send as it is. */
  readonly host: string;
  readonly method?: string;
  readonly target?: string;
  /** Further header lines, `name: value`. */
  readonly headers?: readonly string[];
}

/** The status of the response to a request; 0 without a response. */
export async function statusUnderHost(request: RawRequest): Promise<number> {
  return (await sendRaw(request)).status;
}

/** Sends a request as it is written here, and returns what the response is. */
export async function sendRaw({
  port,
  host,
  ...request
}: RawRequest): Promise<{ readonly status: number; readonly text: string }> {
  const { method = 'GET', target = '/', headers = [] } = request;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const lines = [`${method} ${target} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers, '', ''];
  socket.write(lines.join('\r\n'));
  const response = await text(socket);
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3}) /.exec(response) ?? [];
  return { status: Number(status), text: response };
}
