import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Clock, systemClock } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import type { ResourceTokenClaims, ResourceTokens } from '../model/requests/resource-token.ts';
import { isRidPath } from '../model/resource-id.ts';
import { type DataRole, type EntraOptions, EntraTokens } from './entra-tokens.ts';
import { unauthorized } from './errors.ts';

export interface AuthorizerOptions extends AccountKeyOptions {
  /** The issuer whose tokens are accepted besides the keys; absent: none. */
  readonly entra?: EntraOptions;
  /** The audiences that its tokens may have, unless `entra` names them. */
  readonly audience?: () => readonly string[];
  /** Reads the tokens of permissions; absent: none is accepted. */
  readonly resourceTokens?: Pick<ResourceTokens, 'read'>;
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
  readonly #resourceTokens: Pick<ResourceTokens, 'read'> | undefined;
  readonly #clock: Clock;

  constructor(options: AuthorizerOptions, clock: Clock) {
    this.#keys = new AccountKeys(options, clock);
    this.#resourceTokens = options.resourceTokens;
    this.#clock = clock;
    this.#entra = options.entra && new EntraTokens(options.entra, options.audience ?? (() => []), clock);
  }

  /** @throws CosmosError Unauthorized without a valid credential, Forbidden when it is not valid at the current time, or its holder has no role */
  accessOf(request: RequestToAuthorize): Access | Promise<Access> {
    const { type, signature } = parseAuthorizationToken(request.authorization);
    if (type === 'master') return this.#keys.accessOf(signature, request);
    if (type === 'aad') return this.#accessOfEntraToken(signature, request);
    if (type === 'resource') return { permission: this.#claimsOf(signature) };
    throw unauthorized(`Tokens of type '${type}' are not emulated.`);
  }

  #claimsOf(signature: string): ResourceTokenClaims {
    const claims = this.#resourceTokens?.read(signature);
    if (!claims) throw unauthorized('The resource token was not issued by this account.');
    const now = this.#clock.now();
    if (now < claims.expiresAt * 1000) return claims;
    throw new CosmosError(
      'Forbidden',
      `The authorization token is not valid at the current time. Please create another token and retry (token expiry time: ${new Date(claims.expiresAt * 1000).toUTCString()}, current server time: ${new Date(now).toUTCString()})`,
    );
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
 * The key of every Cosmos DB emulator. It is public, not a secret.
 * Source: "Develop locally using the Azure Cosmos DB emulator".
 */
export const WELL_KNOWN_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

/** What a signature covers. Source: "Access control on Azure Cosmos DB resources", REST reference. */
interface SignedRequest {
  /** Upper case. */
  readonly method: string;
  /** `dbs`, `colls`, `docs`…; empty for the account. */
  readonly resourceType: string;
  /** The types that may be signed instead of `resourceType`. */
  readonly signedAs?: readonly string[];
  /** The path of the resource, or of the parent of a feed, decoded, without outer slashes. */
  readonly resourceLink: string;
  /** The names in the path, decoded: where they are resource ids, the last one may be signed instead of the link. */
  readonly names: readonly string[];
  /** The header `x-ms-date`, else `date`. */
  readonly date: string | undefined;
}

interface AccountKeyOptions {
  /** Base64. */
  readonly key: string;
  /** Base64; absent: the account has none. */
  readonly readOnlyKey?: string;
}

/** A request is rejected when its date differs more from the server's. Source: as above. */
const MAX_SKEW_MS = 15 * 60 * 1000;

/** What a key allows: everything, or reading alone. */
type KeyAccess = 'everything' | 'reading';

interface AccountKey {
  readonly key: SigningKey;
  readonly access: KeyAccess;
}

/** Validates requests signed with a key of the account. */
class AccountKeys {
  readonly #keys: readonly AccountKey[];
  readonly #clock: Clock;
  #lastDate = '';
  #lastDateMs = Number.NaN;

  constructor({ key, readOnlyKey }: AccountKeyOptions, clock: Clock) {
    const keys = [{ key: new SigningKey(key), access: 'everything' as const }];
    const readOnly =
      readOnlyKey === undefined ? [] : [{ key: new SigningKey(readOnlyKey), access: 'reading' as const }];
    this.#keys = [...keys, ...readOnly];
    this.#clock = clock;
  }

  /**
   * @param signature base64
   * @throws CosmosError Unauthorized when no key matches the signature, Forbidden when the date is not current
   */
  accessOf(signature: string, request: SignedRequest): KeyAccess {
    const { date = '' } = request;
    const given = Buffer.from(signature, 'base64');
    const key =
      this.#signerOf([request.resourceLink], request, given) ??
      this.#signerOf(ridLinksOf(request.names), request, given);
    if (!key) throw unauthorized('The signature does not match the request.');
    this.#assertCurrent(date);
    return key.access;
  }

  #signerOf(links: readonly string[], request: SignedRequest, given: Buffer): AccountKey | undefined {
    const types = request.signedAs ?? [request.resourceType];
    const texts = types.flatMap((type) => links.map((link) => signedText(request, type, link)));
    return this.#keys.find((one) => texts.some((text) => one.key.hasSigned(text, given)));
  }

  /** Clients in other processes sign by the machine's time, whatever the time of the account is. */
  #assertCurrent(date: string): void {
    const now = this.#clock.now();
    const dateMs = this.#toMs(date);
    if ([now, systemClock.now()].some((time) => Math.abs(time - dateMs) <= MAX_SKEW_MS)) return;
    throw new CosmosError(
      'Forbidden',
      `The authorization token is not valid at the current time. Request date: '${date.slice(0, 50)}', server date: '${new Date(now).toUTCString()}'`,
    );
  }

  /** Requests of one second have the same text. */
  #toMs(date: string): number {
    if (date !== this.#lastDate) {
      this.#lastDate = date;
      this.#lastDateMs = Date.parse(date);
    }
    return this.#lastDateMs;
  }
}

function signedText({ method, date = '' }: SignedRequest, resourceType: string, link: string): string {
  return `${method.toLowerCase()}\n${resourceType}\n${link}\n${date.toLowerCase()}\n\n`;
}

/**
 * What clients sign instead of the path when it names resources by their resource ids: the id of the last one alone, in lower
 * case (the SDKs for Python and Java) or as it is (the SDK for .NET). None when the path has a name that is no resource id.
 */
function ridLinksOf(names: readonly string[]): readonly string[] {
  const rid = names.at(-1);
  if (rid === undefined || !isRidPath(names)) return [];
  return [rid.toLowerCase(), rid];
}

const MAX_CACHED_SIGNATURES = 2_000;
/** Longer texts are not cached, so that no client can fill the memory. */
const MAX_CACHED_CHARACTERS = 500;

class SigningKey {
  readonly #key: KeyObject;
  readonly #signatures = new Map<string, Buffer>();

  /** @param base64 the key */
  constructor(base64: string) {
    this.#key = createSecretKey(Buffer.from(base64, 'base64'));
  }

  hasSigned(text: string, signature: Buffer): boolean {
    const expected = this.#signatureOf(text);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  /** Many requests of one second have the same text, and a look-up costs a tenth of the computation. */
  #signatureOf(text: string): Buffer {
    const known = this.#signatures.get(text);
    if (known) return known;
    const signature = createHmac('sha256', this.#key).update(text).digest();
    if (text.length > MAX_CACHED_CHARACTERS) return signature;
    if (this.#signatures.size >= MAX_CACHED_SIGNATURES) this.#signatures.clear();
    this.#signatures.set(text, signature);
    return signature;
  }
}

/**
 * What the credential of a request allows: an account key everything, a read-only key reads. An Entra token allows
 * operations on items, or reads of them; all other rights belong to the control plane. A resource token allows what its
 * permission says, which only the account knows.
 */
export type Access = RoleAccess | PermissionAccess;
type RoleAccess = KeyAccess | 'items' | 'readingItems';

export interface PermissionAccess {
  readonly permission: ResourceTokenClaims;
}

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
function accessOfRole(role: DataRole | null): RoleAccess {
  if (role === null) throw notPermitted();
  return role === 'contributor' ? 'items' : 'readingItems';
}

/** @throws CosmosError Forbidden */
export function assertPermitted(access: RoleAccess, { isRead, resourceType }: Intent): void {
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
