import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { HttpRequest, HttpResponse } from '@lazurite/http';

/** The header by which commands and agents show the token. */
export const TOKEN_HEADER = 'x-lazurite-token';

const TOKEN_BYTES = 16;

/**
 * Who may use the dashboard: those who know the token, which is in the link that the start prints. A browser exchanges it
 * for a cookie, so that it leaves the address bar. Other users of the machine, and pages of other origins, know neither.
 */
export class Login {
  readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #session = randomBytes(TOKEN_BYTES).toString('base64url');
  /** Cookies belong to a host, whatever the port: two stacks on one machine need two names. */
  readonly #cookie: string;

  constructor(port: number) {
    this.#cookie = `lazurite-${port}`;
  }

  isAllowed({ headers }: Pick<HttpRequest, 'headers'>): boolean {
    const given = headers[TOKEN_HEADER];
    if (typeof given === 'string') return isEqual(given, this.token);
    const session = cookiesOf(headers.cookie).get(this.#cookie);
    return session !== undefined && isEqual(session, this.#session);
  }

  /** The response to a link with the token; undefined for any other request. */
  exchange({ method, path, query }: Pick<HttpRequest, 'method' | 'path' | 'query'>): HttpResponse | undefined {
    if (method !== 'GET' || path !== '/') return undefined;
    const token = new URLSearchParams(query).get('token');
    if (token === null || !isEqual(token, this.token)) return undefined;
    const cookie = `${this.#cookie}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
    return { status: 303, headers: { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' } };
  }
}

function cookiesOf(header = ''): ReadonlyMap<string, string> {
  return new Map(
    header.split(';').map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=', 2);
      return [name.trim(), value.trim()];
    }),
  );
}

/** In constant time, whatever the lengths. */
function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
