import { type EarlyServer, Edge, startHttpServer, toRequestListener } from '@lazurite/http';
import {
  type Clock,
  type Closeable,
  type Log,
  type Randomness,
  silentLog,
  systemClock,
  systemRandomness,
} from '@lazurite/runtime';
import { SignJWT } from 'jose';
import { buildClaims, type TokenOptions } from './claims.ts';
import { fileKeyStore, type KeyStore, noKeyStore } from './key-store.ts';
import { MANAGED_IDENTITY_PATH } from './managed-identity.ts';
import { createRoutes } from './routes.ts';
import { openSigningKeys, SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

export const DEFAULT_TENANT_ID = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';

export interface IssuerOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Further names by which the issuer is reached, as of `EdgeOptions` in @lazurite/http. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** Listens already at `address`: its port is meant then. */
  readonly server?: EarlyServer;
  /** Folder that keeps the signing keys; absent: new keys at each start. */
  readonly dataDir?: string;
  /** Keeps the signing keys in place of `dataDir`. */
  readonly keyStore?: KeyStore;
  /** Default DEFAULT_TENANT_ID. */
  readonly tenantId?: string;
  /**
   * Serves tokens to a function app as its managed identity, at `managedIdentityUrl`, to those who show this secret.
   * Absent: no managed identity.
   */
  readonly identityHeader?: string;
  /** The response of `GET /instance`: a client that stored an address can check that it still belongs to this issuer. */
  readonly instanceId?: string;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
  readonly log?: Log;
}

export interface Issuer extends Closeable {
  /** For example `http://127.0.0.1:7072`. */
  readonly url: string;
  /** The `iss` of its tokens: `{url}/{tenantId}/v2.0`; the discovery document is below it. */
  readonly issuer: string;
  /** For IDENTITY_ENDPOINT. */
  readonly managedIdentityUrl: string;
  /** A signed access token, compact form. */
  mint(options?: TokenOptions): Promise<string>;
  /** Signs with a new key from now on; the former key stays published, older ones do not. */
  rotateKeys(): Promise<void>;
}

/** Larger than any token request, small enough not to matter. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * Starts a token issuer that speaks enough OpenID Connect for APIs to verify its tokens. It asks for no secret: whoever
 * can reach it gets any token, so it listens on this machine alone and turns web pages away.
 *
 * Rejects with KeyFileDamagedError when the stored keys cannot be read, with PortInUseError when the port is taken.
 */
export async function startIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const { tenantId = DEFAULT_TENANT_ID, address = '127.0.0.1', log = silentLog } = options;
  const randomness = options.randomness ?? systemRandomness;
  const fromFolder = options.dataDir === undefined ? noKeyStore : fileKeyStore(options.dataDir);
  const keys = await openSigningKeys(options.keyStore ?? fromFolder, () => randomness.uuid());
  let origin = '';
  const { clock = systemClock, identityHeader, instanceId } = options;
  const mint = createMint({ keys, clock, randomness, tenantId, origin: () => origin });
  const edge = new Edge({ address, ...(options.allowedHosts && { allowedHosts: options.allowedHosts }) });
  const handler = createRoutes({
    tenantId,
    edge,
    origin: () => origin,
    keys,
    mint,
    clock,
    ...(identityHeader !== undefined && { identityHeader }),
    ...(instanceId !== undefined && { instanceId }),
  });
  const listener = toRequestListener(handler, { maxBodyBytes: MAX_BODY_BYTES, edge, log });
  const server =
    options.server?.serve(listener) ?? (await startHttpServer(listener, { address, port: options.port ?? 0 }));
  origin = server.url;
  return {
    url: origin,
    issuer: `${origin}/${tenantId}/v2.0`,
    managedIdentityUrl: `${origin}${MANAGED_IDENTITY_PATH}`,
    mint: (asked = {}) => mint(asked),
    rotateKeys: () => keys.rotate(),
    close: async () => {
      await server.close();
      await keys.current().catch(() => undefined); // a first key that is still being written
    },
  };
}

interface MintDependencies {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly tenantId: string;
  readonly origin: () => string;
}

function createMint({ keys, clock, randomness, tenantId, origin }: MintDependencies): Issuer['mint'] {
  return async (asked = {}) => {
    const { id, privateKey } = await keys.current();
    const issuer = `${origin()}/${tenantId}/v2.0`;
    const now = Math.floor(clock.now() / 1_000);
    const claims = buildClaims(asked, { issuer, tenantId, now, tokenId: randomness.uuid() });
    return new SignJWT(claims).setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid: id }).sign(privateKey);
  };
}
