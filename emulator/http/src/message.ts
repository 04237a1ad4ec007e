import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/**
 * A request as our servers see it. Plain objects rather than the web's Request: building one of those costs more
 * than the rest of a point read (docs/decisions/plain-http-messages.md).
 */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As sent: percent-encoded, without the query, at least `/`. */
  readonly path: string;
  /** As sent, without `?`; empty when there is none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The whole body; empty when there is none. Rejects with BodyTooLargeError or RequestAbortedError. Read it once. */
  body(): Promise<Buffer>;
  /** The underlying message, for what must be streamed. */
  readonly raw: IncomingMessage;
}

export interface HttpResponse {
  readonly status: number;
  /** By name; or names and values in turn, which node:http writes fastest. */
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  /** None: an empty body with `content-length: 0`, except where the status forbids a body. */
  readonly body?: string | Uint8Array | Readable;
}

/** Handles a request. What it throws becomes a 500 that tells the caller nothing. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
