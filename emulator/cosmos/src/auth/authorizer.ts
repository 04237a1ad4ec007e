import type { Clock } from '@lazurite/runtime';
import { type Access, accessOfRole } from './access.ts';
import { type AccountKeyOptions, AccountKeys, type SignedRequest } from './account-keys.ts';
import { parseAuthorizationToken, unauthorized } from './authorization-token.ts';
import { type EntraOptions, EntraTokens } from './entra-tokens.ts';

export interface AuthorizerOptions extends AccountKeyOptions {
  /** Whose tokens are accepted besides the keys; absent: nobody's. */
  readonly entra?: EntraOptions;
  /** As which their tokens may name the account, where `entra` does not say. */
  readonly audience?: () => readonly string[];
}

export interface RequestToAuthorize extends SignedRequest {
  /** The header `authorization`. */
  readonly authorization: string | undefined;
  /** Whether it came over TLS. */
  readonly secure: boolean;
}

/** Finds out what the credential of a request allows. */
export class Authorizer {
  readonly #keys: AccountKeys;
  readonly #entra: EntraTokens | undefined;

  constructor(options: AuthorizerOptions, clock: Clock) {
    this.#keys = new AccountKeys(options, clock);
    this.#entra = options.entra && new EntraTokens(options.entra, options.audience ?? (() => []), clock);
  }

  /** @throws CosmosError Unauthorized without a valid credential, Forbidden when its time is not now, or its holder has no role */
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
