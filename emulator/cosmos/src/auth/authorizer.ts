import type { Clock } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import { type AccountKeyOptions, AccountKeys, type KeyAccess, type SignedRequest } from './account-keys.ts';
import { type DataRole, type EntraOptions, EntraTokens } from './entra-tokens.ts';
import { unauthorized } from './errors.ts';

export interface AuthorizerOptions extends AccountKeyOptions {
  /** The issuer whose tokens are accepted besides the keys; absent: none. */
  readonly entra?: EntraOptions;
  /** The audiences that its tokens may have, unless `entra` names them. */
  readonly audience?: () => readonly string[];
}

export interface RequestToAuthorize extends SignedRequest {
  /** The header `authorization`. */
  readonly authorization: string | undefined;
  /** Whether it came over TLS. */
  readonly secure: boolean;
}

/** Validates the credential of a request and returns what it allows. */
export class Authorizer {
  readonly #keys: AccountKeys;
  readonly #entra: EntraTokens | undefined;

  constructor(options: AuthorizerOptions, clock: Clock) {
    this.#keys = new AccountKeys(options, clock);
    this.#entra = options.entra && new EntraTokens(options.entra, options.audience ?? (() => []), clock);
  }

  /** @throws CosmosError Unauthorized without a valid credential, Forbidden when it is not valid at the current time, or its holder has no role */
  accessOf(request: RequestToAuthorize): Access | Promise<Access> {
    const { type, signature } = parseAuthorizationToken(request.authorization);
    if (type === 'master') return this.#keys.accessOf(signature, request);
    if (type === 'aad') return this.#accessOfEntraToken(signature, request);
    throw unauthorized(`Tokens of type '${type}' are not emulated.`);
  }

  async #accessOfEntraToken(token: string, { secure }: RequestToAuthorize): Promise<Access> {
    if (!secure) throw unauthorized('An AAD token is accepted over TLS only.');
    if (!this.#entra) throw unauthorized('The account accepts no AAD tokens: it was started without an issuer.');
    return accessOfRole(await this.#entra.roleOf(token));
  }
}

/** The content of the header `authorization`. */
interface AuthorizationToken {
  /** `master`, `aad`, `resource`, `sas`. */
  readonly type: string;
  /** The signature or the JWT. */
  readonly signature: string;
}

const TOKEN = /^type=(\w{1,20})&ver=1(?:\.0)?&sig=(.*)$/s;

/**
 * Reads `type=…&ver=1.0&sig=…`, percent-encoded or not (the SDK encodes its own signatures, but not the tokens of Entra).
 *
 * @throws CosmosError Unauthorized
 */
function parseAuthorizationToken(header: string | undefined): AuthorizationToken {
  if (header === undefined || header === '') throw unauthorized('Required Header authorization is missing.');
  const [, type, signature] = TOKEN.exec(decode(header)) ?? [];
  if (type === undefined || signature === undefined)
    throw unauthorized('The authorization header is not of the form type={type}&ver=1.0&sig={signature}.');
  return { type, signature };
}

function decode(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw unauthorized('The authorization header is not percent-encoded.');
  }
}

/**
 * What the credential of a request allows: an account key everything, a read-only key reads. An Entra token allows
 * operations on items, or reads of them; all other rights belong to the control plane.
 */
export type Access = KeyAccess | 'items' | 'readingItems';

/** What a request is going to do. */
export interface Intent {
  /** Whether it changes nothing. */
  readonly isRead: boolean;
  /** `dbs`, `colls`, `docs`…; empty for the account. */
  readonly resourceType: string;
}

/** What an Entra token may write. Source: "Use data plane role-based access control with Azure Cosmos DB for NoSQL". */
const ITEM_TYPES = ['docs', 'conflicts', 'operations'];
/** The data plane's roles do not cover throughput at all. Source: as above. */
const THROUGHPUT_TYPE = 'offers';
const AAD_REQUEST_BLOCKED = 5300;
const NO_PERMISSION = 5301;

/** @throws CosmosError Forbidden where there is no role */
function accessOfRole(role: DataRole | null): Access {
  if (role === null) throw notPermitted();
  return role === 'contributor' ? 'items' : 'readingItems';
}

/** @throws CosmosError Forbidden */
export function assertPermitted(access: Access, { isRead, resourceType }: Intent): void {
  if (access === 'everything') return;
  if (access === 'reading') {
    if (isRead) return;
    throw new CosmosError('Forbidden', 'The key of the request is a read-only key, and the request is not a read');
  }
  if (access === 'readingItems' && !isRead && ITEM_TYPES.includes(resourceType)) throw notPermitted();
  if (isRead ? resourceType !== THROUGHPUT_TYPE : ITEM_TYPES.includes(resourceType)) return;
  throw new CosmosError(
    'Forbidden',
    `The request on '${resourceType.slice(0, 50)}' cannot be authorized by AAD token in data plane`,
    { substatus: AAD_REQUEST_BLOCKED },
  );
}

/** The service's own message, without the principal, the action and the scope. */
function notPermitted(): CosmosError {
  return new CosmosError(
    'Forbidden',
    'Request is blocked because principal does not have required RBAC permissions to perform the action on the resource',
    { substatus: NO_PERMISSION },
  );
}
