import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { CommandError } from '../errors.ts';
import { connectPinned } from '../pinned-certificate.ts';

export interface HostRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; absent: none. */
  readonly body?: string;
  /** A function key, or the master key. */
  readonly key: string | undefined;
  /** The fingerprint of the only certificate that the host may have. Absent: any that this machine trusts. */
  readonly fingerprint?: string | undefined;
}

export interface HostResponse {
  readonly status: number | undefined;
  readonly body: string;
}

/**
 * Sends a request to a running host, without a time limit: a function may run for as long as host.json lets it.
 *
 * @throws CommandError where no host answers
 */
export async function requestHost(address: URL, request: HostRequest): Promise<HostResponse> {
  const { method, key, body, fingerprint } = request;
  const headers = {
    ...request.headers,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(key !== undefined && { 'x-functions-key': key }),
  };
  try {
    const isPinned = address.protocol === 'https:' && fingerprint !== undefined;
    const socket = isPinned ? await connectPinned(address, fingerprint) : undefined;
    const options = { method, headers, ...(socket ? { createConnection: () => socket } : { agent: false }) };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = address.protocol === 'https:' ? httpsRequest : httpRequest;
      send(address, options, resolve).on('error', reject).end(body);
    });
    return { status: response.statusCode, body: await text(response) };
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const message = `No functions host answers at ${address.origin}. Start one with \`lazurite start\`, or name it with --url`;
    throw new CommandError('NoHost', message, { cause });
  }
}
