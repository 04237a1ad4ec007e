import { IncomingMessage } from 'node:http';
import { BodyTooLargeError } from '@lazurite/http';
import type { Clock } from '@lazurite/runtime';
import type { Exchange } from './pipeline-dependencies.ts';

/** How long the rest of a rejected upload is dropped, so that the client can read the response. */
const DISCARD_MS = 5_000;

export interface UploadLimit {
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Called once, when the upload exceeds the limit, to respond to the request. */
  readonly onExceeded: () => void;
}

/**
 * Ends an upload of undeclared length that exceeds the limit: its reader gets BodyTooLargeError, never an end that looks
 * regular.
 */
export function limitUpload({ message, response }: Exchange, { maxBytes, clock, onExceeded }: UploadLimit): void {
  if (!hasUndeclaredLength(message)) return; // node:http enforces a declared length
  const push = IncomingMessage.prototype.push.bind(message); // not the one that holdUpload may have set
  let received = message.readableLength; // what came while the request waited; node:http stops at the high-water mark
  let isRejected = false;
  // Overriding `push` leaves the stream paused until it is read; a 'data' listener would start it.
  message.push = (chunk: Buffer | null, encoding) => {
    received += chunk?.length ?? 0;
    if (received <= maxBytes) return push(chunk, encoding);
    if (!isRejected) reject();
    return true;
  };
  function reject(): void {
    isRejected = true;
    onExceeded();
    const cut = clock.setTimer(DISCARD_MS, end);
    response.once('close', end);
    function end(): void {
      cut.cancel();
      message.destroy(new BodyTooLargeError(maxBytes));
    }
  }
}

/**
 * Keeps the chunks of a request that waits, so that `limitUpload` counts them all when its turn comes.
 *
 * @returns a function that hands them over
 */
export function holdUpload(message: IncomingMessage): () => void {
  if (!hasUndeclaredLength(message)) return () => undefined;
  const held: Parameters<IncomingMessage['push']>[] = [];
  let bytes = 0;
  message.push = (chunk: Buffer | null, encoding) => {
    held.push([chunk, encoding]);
    bytes += chunk?.length ?? 0;
    return bytes < message.readableHighWaterMark; // false: node:http stops reading until the body is read
  };
  const hold = message.push;
  return () => {
    if (message.push === hold) Reflect.deleteProperty(message, 'push');
    for (const [chunk, encoding] of held) message.push(chunk, encoding);
  };
}

function hasUndeclaredLength({ headers }: IncomingMessage): boolean {
  return headers['content-length'] === undefined && headers['transfer-encoding'] !== undefined;
}
