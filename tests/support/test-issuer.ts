import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** An OpenID provider on a real port whose keys and failures a test decides. */
export interface TestIssuer {
  readonly url: string;
  /** Requests answered, by path. */
  readonly requests: ReadonlyMap<string, number>;
  readonly keys: SigningKey[];
  /** TestResponse everything with this status from now on. */
  failWith: number | null;
  /** No response is sent before this has settled. */
  stalled: Promise<void> | null;
  /** Instead of the key set. */
  keySet: string | null;
  /** Instead of the discovery document. */
  discovery: unknown;
  mint(claims: JWTPayload, signer?: Partial<SigningKey>): Promise<string>;
  close(): Promise<void>;
}

export async function newSigningKey(kid: string): Promise<SigningKey> {
  return { kid, ...(await generateKeyPair('RS256', { extractable: true })) };
}

export async function startTestIssuer(): Promise<TestIssuer> {
  const requests = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    requests.set(path, (requests.get(path) ?? 0) + 1);
    await issuer.stalled;
    response.writeHead(issuer.failWith ?? 200, { 'content-type': 'application/json' });
    if (issuer.failWith) return void response.end('{}');
    if (path.endsWith('/openid-configuration')) return void response.end(JSON.stringify(issuer.discovery));
    response.end(issuer.keySet ?? JSON.stringify(await keySet(issuer.keys)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on a port, never on a pipe
  const url = `http://127.0.0.1:${port}/tenant/v2.0`;
  const issuer: TestIssuer = {
    url,
    requests,
    keys: [await newSigningKey('first')],
    failWith: null,
    stalled: null,
    keySet: null,
    discovery: { issuer: url, jwks_uri: `${url}/keys` },
    mint: (claims, signer) => sign(claims, { ...issuer.keys[0], ...signer }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return issuer;
}

async function keySet(keys: readonly SigningKey[]): Promise<object> {
  const published = keys.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' }));
  return { keys: await Promise.all(published) };
}

function sign(claims: JWTPayload, { kid = '', privateKey }: Partial<SigningKey>): Promise<string> {
  if (!privateKey) throw new Error('The issuer has no key');
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}
