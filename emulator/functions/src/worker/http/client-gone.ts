import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Whether the client has closed its connection, so that nobody would read the response. node:http answers no client that
 * has closed its sending side either.
 */
export function hasClientGone(message: IncomingMessage): boolean {
  const socket: Duplex | undefined = message.socket; // absent in a message that was made by hand
  return socket?.destroyed === true || socket?.readableEnded === true;
}
