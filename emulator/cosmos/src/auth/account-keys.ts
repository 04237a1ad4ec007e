import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import { unauthorized } from './errors.ts';

/**
 * The key of every Cosmos DB emulator. It is public, not a secret.
 * Source: "Develop locally using the Azure Cosmos DB emulator".
 */
export const WELL_KNOWN_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

/** What a signature covers. Source: "Access control on Azure Cosmos DB resources", REST reference. */
export interface SignedRequest {
  /** Upper case. */
  readonly method: string;
  /** `dbs`, `colls`, `docs`…; empty for the account. */
  readonly resourceType: string;
  /** The types that may be signed instead of `resourceType`. */
  readonly signedAs?: readonly string[];
  /** The path of the resource, or of the parent of a feed, decoded, without outer slashes. */
  readonly resourceLink: string;
  /** The header `x-ms-date`, else `date`. */
  readonly date: string | undefined;
}

export interface AccountKeyOptions {
  /** Base64. */
  readonly key: string;
  /** Base64; absent: the account has none. */
  readonly readOnlyKey?: string;
}

/** A request is rejected when its date differs more from the server's. Source: as above. */
const MAX_SKEW_MS = 15 * 60 * 1000;

/** What a key allows: everything, or reading alone. */
export type KeyAccess = 'everything' | 'reading';

/** Validates requests signed with a key of the account. */
export class AccountKeys {
  readonly #keys: readonly { readonly key: SigningKey; readonly access: KeyAccess }[];
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
    const types = request.signedAs ?? [request.resourceType];
    const texts = types.map((type) => signedText(request, type, date));
    const key = this.#keys.find((one) => texts.some((text) => one.key.hasSigned(text, given)));
    if (!key) throw unauthorized('The signature does not match the request.');
    this.#assertCurrent(date);
    return key.access;
  }

  #assertCurrent(date: string): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#toMs(date)) <= MAX_SKEW_MS) return;
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

function signedText({ method, resourceLink }: SignedRequest, resourceType: string, date: string): string {
  return `${method.toLowerCase()}\n${resourceType}\n${resourceLink}\n${date.toLowerCase()}\n\n`;
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
