import {
  type Edge,
  type Endpoint,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type LandingPage,
  landingPageFor,
} from '@lazurite/http';
import type { Clock } from '@lazurite/runtime';
import { DEFAULT_LIFETIME_SECONDS, type TokenOptions } from './claims.ts';
import { TokenRequestError } from './errors.ts';
import { json } from './json-response.ts';
import { createManagedIdentityRoute, MANAGED_IDENTITY_PATH } from './managed-identity.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';
import { readTokenRequest } from './token-request.ts';

export interface RoutesOptions {
  readonly tenantId: string;
  readonly edge: Edge;
  /** Known once the server listens. */
  readonly origin: () => string;
  readonly keys: SigningKeys;
  readonly mint: (options: TokenOptions) => Promise<string>;
  readonly clock: Clock;
  /** What the app must show to get tokens as a managed identity; absent: there is none. */
  readonly identityHeader?: string;
  /** Absent: nobody can ask for it. */
  readonly instanceId?: string;
}

/** The whole API of the issuer, with the paths of the Microsoft identity platform. */
export function createRoutes(options: RoutesOptions): HttpHandler {
  const tenant = `/${options.tenantId}`;
  const { identityHeader, clock, mint } = options;
  const routes = new Map<string, HttpHandler>([
    [`GET ${tenant}/v2.0/.well-known/openid-configuration`, () => json(200, discoveryDocument(options))],
    [`GET ${tenant}/discovery/v2.0/keys`, async () => json(200, { keys: await options.keys.published() })],
    [`POST ${tenant}/oauth2/v2.0/token`, (request) => issueToken(request, options.mint)],
  ]);
  const { instanceId } = options;
  if (instanceId !== undefined) routes.set('GET /instance', () => json(200, { id: instanceId }));
  if (identityHeader !== undefined)
    routes.set(`GET ${MANAGED_IDENTITY_PATH}`, createManagedIdentityRoute({ header: identityHeader, clock, mint }));
  return (request) => {
    if (options.edge.rejectionOf(endpointOf(request), request))
      return json(403, { error: 'access_denied', error_description: 'Web pages may not ask for this' });
    const page = landingPageFor(request, () => pageOf(options));
    if (page) return page;
    const route = routes.get(`${request.method} ${request.path}`);
    return route ? route(request) : json(404, { error: 'not_found', error_description: whatIsServed(options) });
  };
}

function endpointOf({ method, path }: HttpRequest): Endpoint {
  if (path === MANAGED_IDENTITY_PATH) return 'managedIdentity';
  return method === 'POST' ? 'token' : 'issuerDocument';
}

function pageOf({ origin, tenantId }: RoutesOptions): LandingPage {
  return {
    title: 'Lazurite: the token issuer',
    paragraphs: [
      'It signs tokens for the functions that run on this machine, with the paths of the Microsoft identity platform.',
      'npx lazurite token prints one.',
    ],
    links: {
      'Discovery document': `${origin()}/${tenantId}/v2.0/.well-known/openid-configuration`,
      'Public keys': `${origin()}/${tenantId}/discovery/v2.0/keys`,
    },
  };
}

function whatIsServed({ tenantId }: RoutesOptions): string {
  return `The local issuer serves tenant ${tenantId}: its discovery document, keys and token endpoint`;
}

function discoveryDocument({ origin, tenantId }: RoutesOptions): object {
  const tenant = `${origin()}/${tenantId}`;
  return {
    issuer: `${tenant}/v2.0`,
    token_endpoint: `${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${tenant}/discovery/v2.0/keys`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: ['token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  };
}

async function issueToken(request: HttpRequest, mint: RoutesOptions['mint']): Promise<HttpResponse> {
  try {
    const asked = await readTokenRequest(request);
    return json(200, {
      token_type: 'Bearer',
      expires_in: asked.expiresInSeconds ?? DEFAULT_LIFETIME_SECONDS,
      access_token: await mint(asked),
    });
  } catch (error) {
    if (!(error instanceof TokenRequestError)) throw error;
    return json(error.status, { error: error.oauthError, error_description: error.message });
  }
}
