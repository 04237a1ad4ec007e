import { Agent, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';

/** One request and its answer, on the way through. */
export interface Passage {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/** Headers between two neighbours (RFC 9110, 7.6.1), which each connection has of its own. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);
/** A connection that has been idle for so long is closed rather than used again. */
const IDLE_MS = 60_000;

/** Passes requests on to one server, over connections that are kept. */
export class PassOn {
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  /**
   * Streams a request to `origin` and the answer back, both at the pace of who reads, nothing kept in between. Whoever
   * breaks off, the other side is told by the end of its connection.
   *
   * @param onAnswer called with the status as soon as it is known
   */
  handle({ message, response }: Passage, origin: URL, onAnswer: (status: number) => void): void {
    const upstream = openRequest({
      agent: this.#agent,
      host: origin.hostname,
      port: origin.port,
      method: message.method,
      path: message.url,
      headers: endToEnd(message.rawHeaders),
    });
    upstream.once('continue', () => response.writeContinue());
    upstream.once('response', (answer) => {
      const status = answer.statusCode ?? 0;
      onAnswer(status);
      response.writeHead(status, answer.statusMessage, endToEnd(answer.rawHeaders));
      answer.once('error', () => response.destroy());
      answer.pipe(response);
    });
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    if (message.headers.expect) upstream.flushHeaders(); // the body comes once the answer is 100
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
