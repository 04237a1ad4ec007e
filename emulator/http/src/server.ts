import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Closeable } from '@lazurite/runtime';
import { PortInUseError } from './errors.ts';
import { cutSlowBodies } from './listener.ts';

/** A certificate with its private key: as two PEM texts, or as one PKCS #12 container (`.pfx`). */
export type TlsIdentity =
  | { readonly key: string; readonly cert: string; readonly passphrase?: string }
  | { readonly pfx: Uint8Array; readonly passphrase?: string };

export interface HttpServerOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1: nothing outside this machine can reach it. */
  readonly address?: string;
  /** Absent: plain HTTP. */
  readonly tls?: TlsIdentity;
  /**
   * A socket that another process bound and passed here, as `child_process` delivers it; `port` and `address` then only
   * say where that is. That process keeps the port when this one ends.
   */
  readonly handle?: unknown;
  /** How long a client may take for its TLS handshake, and to send its headers, in ms. Default 30,000. */
  readonly headersTimeoutMs?: number;
  /** How often bodies that are being received are checked for progress, in ms. Default 5,000. */
  readonly bodyCheckMs?: number;
  /** How long requests in flight may take to end once `close` was called, in ms. Default 5,000. */
  readonly drainMs?: number;
  /** Called in place of `onRequest` for `Expect: 100-continue`, and responds to it. Absent: all get 100 Continue. */
  readonly onExpectContinue?: RequestListener;
}

export interface HttpServer extends Closeable {
  /** For example `http://127.0.0.1:7071`, no slash at the end. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops listening, lets requests in flight end, then cuts what is left.
   *
   * @param idleGraceMs how long a connection that was just used may bring one more request. Default 0: idle connections
   * are closed at once, and a client that was about to reuse one meets a reset.
   */
  close(idleGraceMs?: number): Promise<void>;
}

/** A server whose address is known, and whose clients wait, before there is something that responds to them. */
export interface EarlyServer extends Closeable {
  /** As of `HttpServer`. */
  readonly url: string;
  /** Serves the requests that wait, and all that follow. To be called once; the server closes with what it returns. */
  serve(listener: RequestListener): HttpServer;
  /** Ends the connections of clients that wait. */
  close(): Promise<void>;
}

/** All header lines together; what Kestrel allows (32 KB). */
const MAX_HEADER_BYTES = 32 * 1024;
/** A client has this long for its TLS handshake, and to send its headers; bounds slow senders. */
const HEADERS_TIMEOUT_MS = 30_000;
/** How often slow senders are looked for in that time, which is how exactly it is kept. */
const HEADERS_CHECKS = 60;
/** A client has this long to send its whole request. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than common clients keep an idle connection, so that they close first and never meet a reset. */
const KEEP_ALIVE_TIMEOUT_MS = 130_000;
const BACKLOG = 4096;
const DEFAULT_DRAIN_MS = 5_000;
const IDLE_SWEEP_MS = 25;

/** Starts listening. Rejects with PortInUseError when the port is taken; then nothing is left open. */
export async function startHttpServer(
  onRequest: RequestListener,
  options: HttpServerOptions = {},
): Promise<HttpServer> {
  const node = createNodeServer(onRequest, options);
  return listen(node, options);
}

/**
 * Listens at once, so that the address is known to others while what will respond there is still being loaded.
 *
 * @throws PortInUseError
 */
export async function listenFirst(options: HttpServerOptions): Promise<EarlyServer> {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  let respond: RequestListener = (request, response) => void waiting.push([request, response]);
  const node = createNodeServer(respond, options);
  const server = await listen(node, options);
  function respondWith(listener: RequestListener): void {
    node.off('request', respond).on('request', listener);
    respond = listener;
    for (const exchange of waiting.splice(0)) listener(...exchange);
  }
  return {
    url: server.url,
    serve: (listener) => {
      respondWith(listener);
      return server;
    },
    close: () => {
      respondWith((_request, response) => void response.destroy());
      return server.close();
    },
  };
}

function createNodeServer(
  onRequest: RequestListener,
  { tls, headersTimeoutMs = HEADERS_TIMEOUT_MS, bodyCheckMs, onExpectContinue }: HttpServerOptions,
): Server {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: headersTimeoutMs / HEADERS_CHECKS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    noDelay: true,
  };
  const server = tls
    ? createTlsServer({ ...limits, handshakeTimeout: headersTimeoutMs, ...toNodeOptions(tls) }, onRequest)
    : createServer(limits, onRequest);
  cutSlowBodies(server, bodyCheckMs);
  return onExpectContinue ? server.on('checkContinue', onExpectContinue) : server;
}

/** Only what is meant for Node: callers may hand over more than the identity. */
function toNodeOptions(tls: TlsIdentity): SecureContextOptions {
  const secret = tls.passphrase === undefined ? {} : { passphrase: tls.passphrase };
  return 'pfx' in tls ? { pfx: Buffer.from(tls.pfx), ...secret } : { key: tls.key, cert: tls.cert, ...secret };
}

async function listen(server: Server, options: HttpServerOptions): Promise<HttpServer> {
  const address = options.address ?? '127.0.0.1';
  await bind(server, options, address);
  // After listen(0) without a path, address() is always an AddressInfo.
  const port = options.handle ? (options.port ?? 0) : (server.address() as AddressInfo).port;
  const host = address.includes(':') ? `[${address}]` : address;
  let closing: Promise<void> | undefined;
  return {
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    close: (idleGraceMs = 0) => (closing ??= drain(server, { idleGraceMs, ...options })),
  };
}

function bind(server: Server, { port = 0, handle }: HttpServerOptions, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(port, address) : error);
    });
    if (handle) server.listen(handle, BACKLOG, resolve);
    else server.listen({ port, host: address, backlog: BACKLOG }, resolve);
  });
}

function drain(
  server: Server,
  { drainMs = DEFAULT_DRAIN_MS, idleGraceMs }: Pick<HttpServerOptions, 'drainMs'> & { idleGraceMs: number },
): Promise<void> {
  return new Promise((resolve) => {
    server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
    const cut = setTimeout(() => server.closeAllConnections(), drainMs);
    // A kept-alive connection becomes idle only when its last answer is out.
    let sweep: NodeJS.Timeout | undefined;
    const grace = setTimeout(() => {
      server.closeIdleConnections();
      sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    }, idleGraceMs);
    // http.Server's own close() would close idle connections at once.
    NetServer.prototype.close.call(server, () => {
      for (const timer of [cut, grace]) clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
  });
}
