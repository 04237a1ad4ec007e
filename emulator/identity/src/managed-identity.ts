import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpHandler, HttpRequest, HttpResponse } from '@lazurite/http';
import type { Clock } from '@lazurite/runtime';
import { DEFAULT_LIFETIME_SECONDS, type TokenOptions } from './claims.ts';
import { json } from './json-response.ts';

/** Where App Service and Functions serve theirs. */
export const MANAGED_IDENTITY_PATH = '/msi/token';
const API_VERSION = '2019-08-01';
/** Longer than any resource or client id. */
const MAX_QUERY_LENGTH = 2_048;
/** The principal of the system-assigned identity. That of a user-assigned one is its client id: there is no directory. */
const SYSTEM_ASSIGNED_PRINCIPAL = '00000000-0000-4000-8000-000000000002';

export interface ManagedIdentityOptions {
  /** The app's IDENTITY_HEADER: proof that a request was not talked into being made by somebody outside. */
  readonly header: string;
  readonly clock: Clock;
  readonly mint: (options: TokenOptions) => Promise<string>;
}

/**
 * Tokens for a function app that has a managed identity: `GET {IDENTITY_ENDPOINT}?resource=…&api-version=2019-08-01`,
 * with `client_id` for a user-assigned one. Every identity that is named is there.
 * Source: "How to use managed identities for App Service and Azure Functions", REST endpoint reference.
 */
export function createManagedIdentityRoute({ header, clock, mint }: ManagedIdentityOptions): HttpHandler {
  return async (request) => {
    if (!isSame(request.headers['x-identity-header'], header))
      return reject(401, 'X-IDENTITY-HEADER is not the one given');
    const asked = readQuery(request);
    if (typeof asked === 'string') return reject(400, asked);
    const { resource, clientId } = asked;
    const token = await mint({
      audience: resource,
      roles: [],
      subject: clientId ?? SYSTEM_ASSIGNED_PRINCIPAL,
      ...(clientId !== null && { clientId }),
    });
    return json(200, {
      access_token: token,
      expires_on: String(Math.floor(clock.now() / 1_000) + DEFAULT_LIFETIME_SECONDS),
      resource,
      token_type: 'Bearer',
      ...(clientId !== null && { client_id: clientId }),
    });
  };
}

interface IdentityRequest {
  readonly resource: string;
  /** Null: the system-assigned identity. */
  readonly clientId: string | null;
}

/** A text says what is wrong. */
function readQuery({ query }: HttpRequest): IdentityRequest | string {
  if (query.length > MAX_QUERY_LENGTH) return 'The query is too long';
  const parameters = new URLSearchParams(query);
  const resource = parameters.get('resource');
  if (parameters.get('api-version') !== API_VERSION) return `api-version must be ${API_VERSION}`;
  if (!resource) return 'resource is missing';
  const other = ['principal_id', 'mi_res_id', 'object_id'].find((name) => parameters.has(name));
  if (other !== undefined) return `${other} is not emulated: name an identity by its client_id`;
  return { resource, clientId: parameters.get('client_id') || null };
}

function isSame(given: string | string[] | undefined, expected: string): boolean {
  return timingSafeEqual(digest(String(given)), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function reject(statusCode: number, message: string): HttpResponse {
  return json(statusCode, { statusCode, message });
}
