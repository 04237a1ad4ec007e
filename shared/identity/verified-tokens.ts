import { hash } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { KeyTrust, SigningKeys } from './signing-keys.ts';

interface VerifiedToken {
  readonly caller: Caller;
  /** Milliseconds since the Unix epoch. */
  readonly goodUntil: number;
  /** Of the keys that verified it. */
  readonly trust: KeyTrust;
}

/** About half a megabyte. */
const MAX_TOKENS = 1_000;

/**
 * Remembers tokens whose signature held, so that a token used for many requests is verified once. Kept by SHA-256, so
 * that no token lies in memory. A token is believed no longer than it lives, and no longer than the keys that verified
 * it are trusted: an issuer that withdraws a key is noticed as soon as if every signature were checked.
 */
export class VerifiedTokens {
  readonly #keys: SigningKeys;
  readonly #tokens = new Map<string, VerifiedToken>();

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  /** Undefined when the token has to be verified. */
  get(token: string, now: number): Caller | undefined {
    const digest = toDigest(token);
    const entry = this.#tokens.get(digest);
    if (!entry) return undefined;
    const { version, until } = this.#keys.trust();
    if (now <= Math.min(entry.goodUntil, until) && entry.trust.version === version) return entry.caller;
    this.#tokens.delete(digest);
    return undefined;
  }

  /** Does nothing when the keys changed meanwhile: it is unknown which of them verified the token. */
  add(token: string, entry: VerifiedToken): void {
    if (entry.trust.version !== this.#keys.trust().version) return;
    if (this.#tokens.size >= MAX_TOKENS) this.#dropOldest();
    this.#tokens.set(toDigest(token), entry);
  }

  #dropOldest(): void {
    for (const [digest] of this.#tokens) {
      this.#tokens.delete(digest);
      return;
    }
  }
}

function toDigest(token: string): string {
  return hash('sha256', token, 'base64');
}
