import { type HttpServer, startHttpServer } from '@lazurite/http';
import type { UnavailableOptions } from '../../protocol/messages.ts';

const BODY =
  'The function app could not be loaded again after its worker process had ended. The log of the host says why.\n';

/** Responds to every request with 503, in place of an app that cannot be loaded. */
export function serveUnavailable(
  { publicUrl, drainMs, tls }: UnavailableOptions,
  handle: unknown,
): Promise<HttpServer> {
  const { port, hostname } = new URL(publicUrl);
  return startHttpServer(
    (message, response) => {
      message.resume();
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': BODY.length,
        connection: 'close',
      };
      response.writeHead(503, headers).end(BODY);
    },
    { handle, port: Number(port), address: hostname, drainMs, ...(tls && { tls }) },
  );
}
