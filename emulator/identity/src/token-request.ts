import type { HttpRequest } from '@lazurite/http';
import type { TokenOptions } from './claims.ts';
import { TokenRequestError } from './errors.ts';

/** Entra's own upper bound for access tokens: one day. Source: "Configurable token lifetimes", Microsoft identity platform. */
const MAX_LIFETIME_SECONDS = 86_400;
const FORM = 'application/x-www-form-urlencoded';
const DEFAULT_SCOPE_SUFFIX = '/.default';

/**
 * Reads a client credentials request (RFC 6749 §4.4.2). Beside the standard members it takes what a test wants to
 * choose: `scopes` and `roles` (separated by spaces), `subject`, `expires_in` (seconds).
 */
export async function readTokenRequest(request: HttpRequest): Promise<TokenOptions> {
  const contentType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (contentType !== FORM) throw new TokenRequestError('invalid_request', `The content type must be ${FORM}`);
  const form = new URLSearchParams((await request.body()).toString('utf8'));
  rejectRepeated(form);
  if (form.get('grant_type') !== 'client_credentials')
    throw new TokenRequestError('unsupported_grant_type', 'grant_type must be client_credentials');
  return {
    ...optional('audience', readAudience(form.get('scope'))),
    ...optional('scopes', readWords(form.get('scopes'))),
    ...optional('roles', readWords(form.get('roles'))),
    ...optional('clientId', form.get('client_id') || undefined),
    ...optional('subject', form.get('subject') || undefined),
    ...optional('expiresInSeconds', readLifetime(form.get('expires_in'))),
  };
}

/** RFC 6749 §3.2: parameters must not be included more than once. */
function rejectRepeated(form: URLSearchParams): void {
  const names = [...form.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) throw new TokenRequestError('invalid_request', `The parameter '${repeated}' is given more than once`);
}

function readAudience(scope: string | null): string | undefined {
  if (!scope) return undefined;
  if (scope.endsWith(DEFAULT_SCOPE_SUFFIX) && !scope.includes(' ')) return scope.slice(0, -DEFAULT_SCOPE_SUFFIX.length);
  throw new TokenRequestError('invalid_scope', `scope must be a resource followed by ${DEFAULT_SCOPE_SUFFIX}`);
}

function readWords(value: string | null): readonly string[] | undefined {
  const words = value?.split(/\s+/).filter(Boolean);
  return words?.length ? words : undefined;
}

function readLifetime(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (seconds >= 1 && seconds <= MAX_LIFETIME_SECONDS) return seconds;
  throw new TokenRequestError('invalid_request', `expires_in must be 1 to ${MAX_LIFETIME_SECONDS} seconds`);
}

function optional<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  // An absent member rather than an undefined one: exactOptionalPropertyTypes.
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: V });
}
