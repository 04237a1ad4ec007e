import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a resource token says: the rights themselves are those of the permission. */
export interface ResourceTokenClaims {
  /** The `_rid` of the permission. */
  readonly permission: string;
  /** Its entity tag: a permission that is changed makes its earlier tokens invalid. */
  readonly etag: string;
  /** Seconds since the Unix epoch. */
  readonly expiresAt: number;
}

export interface ResourceTokens {
  /** A token as permissions show it (`_token`). Clients send it percent-encoded as the header `authorization`. */
  issue(claims: ResourceTokenClaims): string;
  /** The claims of what follows `sig=` in a token; undefined when this server has not issued it. Whether it has expired is not asked. */
  read(signature: string): ResourceTokenClaims | undefined;
}

const SIGNATURE_BYTES = 16;
/** `{signature};{claims};`, both base64, as the parts of the service's own tokens are. */
const FORM = /^([A-Za-z\d+/]{22}==);([A-Za-z\d+/]{1,1000}={0,2});$/;

/** @param secret the server's own, kept across restarts so that tokens survive them */
export function resourceTokens(secret: Uint8Array): ResourceTokens {
  return {
    issue({ permission, etag, expiresAt }) {
      const payload = Buffer.from(JSON.stringify([permission, etag, expiresAt]));
      const signature = signatureOf(secret, payload).toString('base64');
      return `type=resource&ver=1&sig=${signature};${payload.toString('base64')};`;
    },
    read(text) {
      const [, signature = '', encoded = ''] = FORM.exec(text) ?? [];
      const given = Buffer.from(signature, 'base64');
      const payload = Buffer.from(encoded, 'base64');
      if (given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, signatureOf(secret, payload))) return undefined;
      return toClaims(JSON.parse(payload.toString())); // the signature proves that this server wrote it
    },
  };
}

function signatureOf(secret: Uint8Array, payload: Uint8Array): Buffer {
  return createHmac('sha256', secret).update('resource token\n').update(payload).digest().subarray(0, SIGNATURE_BYTES);
}

function toClaims(value: unknown): ResourceTokenClaims {
  const [permission, etag, expiresAt] = value as [string, string, number]; // as `issue` wrote it
  return { permission, etag, expiresAt };
}
