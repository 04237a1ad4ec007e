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
  readonly #keys: readonly { readonly key: KeyObject; readonly access: Access }[];
  readonly #clock: Clock;
  #lastDate = '';
  #lastDateMs = Number.NaN;

  constructor({ key, readOnlyKey }: AccountKeyOptions, clock: Clock) {
    const keys = [{ key: toKey(key), access: 'everything' as const }];
    const readOnly = readOnlyKey === undefined ? [] : [{ key: toKey(readOnlyKey), access: 'reading' as const }];
    this.#keys = [...keys, ...readOnly];
    this.#clock = clock;
  }

  /**
   * @param signature base64
   * @throws CosmosError Unauthorized when no key has made the signature, Forbidden when its date is not of now
   */
  accessOf(signature: string, request: SignedRequest): Access {
    const { date = '' } = request;
    const text = signedText(request, date);
    const given = Buffer.from(signature, 'base64');
    const key = this.#keys.find((one) => isSignedBy(one.key, text, given));
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

function toKey(base64: string): KeyObject {
  return createSecretKey(Buffer.from(base64, 'base64'));
}

function signedText({ method, resourceType, resourceLink }: SignedRequest, date: string): string {
  return `${method.toLowerCase()}\n${resourceType}\n${resourceLink}\n${date.toLowerCase()}\n\n`;
}

function isSignedBy(key: KeyObject, text: string, signature: Buffer): boolean {
  const expected = createHmac('sha256', key).update(text).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
