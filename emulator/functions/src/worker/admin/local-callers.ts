import { isIP } from 'node:net';
import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { Cors } from '../http/cors.ts';
import type { AdminOperation } from './admin-operation.ts';

const FORBIDDEN: HttpResponse = { status: 403 };

/** A page from elsewhere that is open in a browser on this machine must not drive the host. */
export function fromOwnOrigin(cors: Cors, operation: AdminOperation): AdminOperation {
  return (request, values) => {
    const { origin, host } = request.headers;
    if (origin === undefined || isSameHost(origin, host)) return operation(request, values);
    const isAllowed = 'access-control-allow-origin' in cors.headersFor(request.headers);
    return isAllowed ? operation(request, values) : FORBIDDEN;
  };
}

/**
 * Refuses names that anybody could point at this machine: a page of `attacker.example` whose name suddenly resolves to
 * 127.0.0.1 is of the same origin as what it then asks (DNS rebinding). A host that listens for other machines too is
 * reached by names nobody here knows, and relies on its keys.
 */
export function underOwnName(publicUrl: string, operation: AdminOperation): AdminOperation {
  if (!isLoopback(new URL(publicUrl).hostname)) return operation;
  return (request, values) => (isOwnName(request) ? operation(request, values) : FORBIDDEN);
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function isOwnName({ headers: { host } }: HttpRequest): boolean {
  if (host === undefined) return true; // HTTP/1.0 only: no browser
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  // Docker gives its containers this name for the machine; no other resolver knows it.
  return isLoopback(hostname) || isIP(unbracketed(hostname)) !== 0 || hostname === 'host.docker.internal';
}

function isLoopback(hostname: string): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|(?:[\w-]+\.)*localhost)$/i.test(hostname);
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
