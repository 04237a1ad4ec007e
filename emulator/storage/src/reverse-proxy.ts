import { Agent, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';

/** A request and its response, which the proxy forwards. */
export interface ProxyExchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/** Headers between two neighbours (RFC 9110, 7.6.1), which each connection has of its own. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);
/** A connection that has been idle for so long is closed rather than used again. */
const IDLE_MS = 60_000;

/** Forwards requests to one server over keep-alive connections. */
export class ReverseProxy {
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  /**
   * Streams a request to `origin` and the response back, with back-pressure and without buffering. When one side breaks
   * off, the connection to the other side is closed.
   *
   * @param onStatus called with the status as soon as it is known
   */
  handle({ message, response }: ProxyExchange, origin: URL, onStatus: (status: number) => void): void {
    const upstream = openRequest({
      agent: this.#agent,
      host: origin.hostname,
      port: origin.port,
      method: message.method,
      path: message.url,
      headers: endToEnd(message.rawHeaders),
    });
    upstream.once('continue', () => response.writeContinue());
    upstream.once('response', (incoming) => {
      const status = incoming.statusCode ?? 0;
      onStatus(status);
      response.writeHead(status, incoming.statusMessage, endToEnd(incoming.rawHeaders));
      incoming.once('error', () => response.destroy());
      incoming.pipe(response);
    });
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    if (message.headers.expect) upstream.flushHeaders(); // the body comes after the response 100
    upstream.once('error', () => response.destroy());
    message.once('error', () => upstream.destroy());
    message.pipe(upstream); // stream.pipeline would make and abort an AbortController for each
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Names and values in turn, as received: signatures are made over some of them. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !HOP_BY_HOP.has(rawHeaders[index - (index % 2)]?.toLowerCase() ?? ''));
}
