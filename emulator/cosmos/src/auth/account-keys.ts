import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';
import type { Access } from './access.ts';
import { unauthorized } from './authorization-token.ts';

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

/** A request is refused when its date differs from the server's by more. Source: as above. */
const MAX_SKEW_MS = 15 * 60 * 1000;

/** Checks requests signed with a key of the account. */
export class AccountKeys {
  readonly #keys: readonly { readonly key: SigningKey; readonly access: Access }[];
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
   * @throws CosmosError Unauthorized when no key has made the signature, Forbidden when its date is not of now
   */
  accessOf(signature: string, request: SignedRequest): Access {
    const { date = '' } = request;
    const given = Buffer.from(signature, 'base64');
    const types = request.signedAs ?? [request.resourceType];
    const texts = types.map((type) => signedText(request, type, date));
    const key = this.#keys.find((one) => texts.some((text) => one.key.hasSigned(text, given)));
    if (!key) throw unauthorized('The signature does not match the request.');
    this.#assertOfNow(date);
    return key.access;
  }

  #assertOfNow(date: string): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#toMs(date)) <= MAX_SKEW_MS) return;
    throw new CosmosError(
      'Forbidden',
      `The authorization token is not valid at the current time. Request date: '${date.slice(0, 50)}', server date: '${new Date(now).toUTCString()}'`,
    );
  }

  /** Requests of one second carry the same text. */
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

const REMEMBERED_SIGNATURES = 2_000;
/** A longer text is signed anew each time, so that nobody can fill the memory. */
const REMEMBERED_CHARACTERS = 500;

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

  /** Many requests of one second carry the same text, and looking one up costs a tenth of computing it. */
  #signatureOf(text: string): Buffer {
    const known = this.#signatures.get(text);
    if (known) return known;
    const signature = createHmac('sha256', this.#key).update(text).digest();
    if (text.length > REMEMBERED_CHARACTERS) return signature;
    if (this.#signatures.size >= REMEMBERED_SIGNATURES) this.#signatures.clear();
    this.#signatures.set(text, signature);
    return signature;
  }
}
