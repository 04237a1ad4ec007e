import { isIP } from 'node:net';
import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { Cors } from '../http/cors.ts';
import type { HostOperation } from '../http/pipeline-dependencies.ts';

const FORBIDDEN: HttpResponse = { status: 403 };

/** Rejects requests of web pages from other origins: they must not control the host. */
export function requireOwnOrigin(cors: Cors, operation: HostOperation): HostOperation {
  return (request, values) => {
    const { origin, host } = request.headers;
    if (origin === undefined || isSameHost(origin, host)) return operation(request, values);
    const isAllowed = 'access-control-allow-origin' in cors.headersFor(request.headers);
    return isAllowed ? operation(request, values) : FORBIDDEN;
  };
}

/**
 * Rejects requests whose Host header is not a name of this machine. A page of `attacker.example`, whose name then resolves
 * to 127.0.0.1, has the same origin as its requests (DNS rebinding). A host that listens for other machines too is reached
 * by names that it does not know, and relies on its keys.
 */
export function requireOwnHostName(publicUrl: string, operation: HostOperation): HostOperation {
  if (!isLoopback(new URL(publicUrl).hostname)) return operation;
  return (request, values) => (isOwnHostName(request) ? operation(request, values) : FORBIDDEN);
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function isOwnHostName({ headers: { host } }: HttpRequest): boolean {
  if (host === undefined) return true; // only HTTP/1.0, which browsers do not send
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  // Containers reach the machine by this name; only Docker resolves it.
  return isLoopback(hostname) || isIP(unbracketed(hostname)) !== 0 || hostname === 'host.docker.internal';
}

function isLoopback(hostname: string): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|(?:[\w-]+\.)*localhost)$/i.test(hostname);
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
