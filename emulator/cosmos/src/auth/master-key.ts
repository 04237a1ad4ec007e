import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@lazurite/runtime';
import { CosmosError } from '../model/errors.ts';

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
  /** The header `authorization`. */
  readonly authorization: string | undefined;
}

/** A request is refused when its date differs from the server's by more. Source: as above. */
const MAX_SKEW_MS = 15 * 60 * 1000;

const REMEMBERED_SIGNATURES = 2_000;
/** A longer text is signed anew each time, so that nobody can fill the memory. */
const REMEMBERED_CHARACTERS = 500;

/** Checks requests signed with an account key. */
export class MasterKey {
  readonly #key: KeyObject;
  readonly #clock: Clock;
  readonly #signatures = new Map<string, Buffer>();
  #lastDate = '';
  #lastDateMs = Number.NaN;

  /** @param key base64 */
  constructor(key: string, clock: Clock) {
    this.#key = createSecretKey(Buffer.from(key, 'base64'));
    this.#clock = clock;
  }

  /** @throws CosmosError Unauthorized when the signature is absent or wrong, Forbidden when its date is not of now */
  assertSigned(request: SignedRequest): void {
    const signature = readSignature(request.authorization);
    const { date = '' } = request;
    if (!this.#isSigned(signature, request, date)) throw unauthorized('The signature does not match the request.');
    if (!(Math.abs(this.#clock.now() - this.#toMs(date)) <= MAX_SKEW_MS))
      throw new CosmosError(
        'Forbidden',
        `The authorization token is not valid at the current time. Request date: '${date.slice(0, 50)}', server date: '${new Date(this.#clock.now()).toUTCString()}'`,
      );
  }

  #isSigned(signature: Buffer, { method, resourceType, resourceLink }: SignedRequest, date: string): boolean {
    const text = `${method.toLowerCase()}\n${resourceType}\n${resourceLink}\n${date.toLowerCase()}\n\n`;
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

  /** Requests of one second carry the same text. */
  #toMs(date: string): number {
    if (date !== this.#lastDate) {
      this.#lastDate = date;
      this.#lastDateMs = Date.parse(date);
    }
    return this.#lastDateMs;
  }
}

const MASTER_PREFIX = 'type=master&ver=1.0&sig=';

function readSignature(authorization: string | undefined): Buffer {
  if (authorization === undefined) throw unauthorized('Required Header authorization is missing.');
  const token = decode(authorization);
  if (!token.startsWith(MASTER_PREFIX)) throw unauthorized('Only tokens of type=master&ver=1.0 are served.');
  return Buffer.from(token.slice(MASTER_PREFIX.length), 'base64');
}

function decode(authorization: string): string {
  try {
    return decodeURIComponent(authorization);
  } catch {
    throw unauthorized('The authorization header is not percent-encoded.');
  }
}

function unauthorized(reason: string): CosmosError {
  return new CosmosError(
    'Unauthorized',
    `The input authorization token can't serve the request. Please check that the expected payload is built as per the protocol, and check the key being used. ${reason}`,
  );
}
