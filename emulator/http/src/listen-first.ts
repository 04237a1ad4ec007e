import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Closeable } from '@lazurite/runtime';
import { type HttpServer, type HttpServerOptions, startHttpServer } from './server.ts';

/** A server whose address is known, and whose clients wait, before there is something that answers them. */
export interface EarlyServer extends Closeable {
  /** As of `HttpServer`. */
  readonly url: string;
  /** Serves the requests that wait, and all that follow. To be called once; the server closes with what it returns. */
  serve(listener: RequestListener): HttpServer;
  /** Hangs up on who waits. */
  close(): Promise<void>;
}

/**
 * Listens at once, so that the address is known to others while what will answer there is still being loaded.
 *
 * @throws PortInUseError
 */
export async function listenFirst(options: HttpServerOptions): Promise<EarlyServer> {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  let answer: RequestListener = (request, response) => void waiting.push([request, response]);
  const server = await startHttpServer((request, response) => answer(request, response), options);
  return {
    url: server.url,
    serve: (listener) => {
      answer = listener;
      for (const exchange of waiting.splice(0)) listener(...exchange);
      return server;
    },
    close: () => {
      answer = (_request, response) => void response.destroy();
      for (const [, response] of waiting.splice(0)) response.destroy();
      return server.close();
    },
  };
}
