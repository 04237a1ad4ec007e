import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { KeyStore } from './key-store.ts';

export const SIGNING_ALGORITHM = 'RS256';
const MODULUS_BITS = 2048;
/** The key in use and its predecessor, so that tokens signed just before a rotation still verify. */
const PUBLISHED_KEYS = 2;

export interface SigningKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
}

export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<SigningKey>;
  /** The public halves, newest first, as `jwks_uri` serves them. */
  published(): Promise<readonly JWK[]>;
  /** Makes a new key the current one; the former stays published. */
  rotate(): Promise<void>;
}

/**
 * Loads the keys, or begins to make the first one: that takes 50 to 120 ms of another thread, and only who needs the
 * key waits for it.
 *
 * @param newId gives each key its `kid`
 */
export async function openSigningKeys(store: KeyStore, newId: () => string): Promise<SigningKeys> {
  const stored = await store.load();
  let keys: Promise<readonly JWK[]> = stored ? Promise.resolve(stored) : addKey([]);
  keys.catch(() => undefined); // reported to whoever asks for a key

  async function addKey(former: readonly JWK[]): Promise<readonly JWK[]> {
    const next = [await generateKey(newId()), ...former].slice(0, PUBLISHED_KEYS);
    await store.save(next);
    return next;
  }
  return {
    current: async () => toSigningKey(await keys),
    published: async () => (await keys).map(toPublicKey),
    rotate: async () => {
      keys = keys.then(addKey);
      await keys;
    },
  };
}

async function generateKey(id: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { modulusLength: MODULUS_BITS, extractable: true });
  return { ...(await exportJWK(privateKey)), kid: id, use: 'sig', alg: SIGNING_ALGORITHM };
}

async function toSigningKey([newest]: readonly JWK[]): Promise<SigningKey> {
  if (!newest?.kid) throw new TypeError('A key set holds at least one key with a kid');
  const privateKey = await importJWK(newest, SIGNING_ALGORITHM);
  if (privateKey instanceof Uint8Array) throw new TypeError('A signing key is an RSA key');
  return { id: newest.kid, privateKey };
}

function toPublicKey({ kty, kid, use, alg, n, e }: JWK): JWK {
  return { kty, kid, use, alg, n, e } as JWK; // every member is a string: the key store checks it, generateKey sets it
}
