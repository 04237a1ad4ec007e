import type { HttpRequest } from '@lazurite/http';

const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether `Host` names this machine. A web page whose name was rebound to 127.0.0.1 sends its own name here.
 *
 * @param listenAddress the address that was asked for, which is as good as a loopback name
 */
export function isLocalHost(request: HttpRequest, listenAddress: string): boolean {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '');
  return LOOPBACK_NAME.test(name) || name === listenAddress || name === `[${listenAddress}]`;
}

/** Browsers name the page a POST comes from; no local tool does. */
export function comesFromBrowser(request: HttpRequest): boolean {
  return request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined;
}
