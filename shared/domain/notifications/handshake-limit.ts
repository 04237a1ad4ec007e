import { ThrottledError } from '../errors.ts';
import type { SubscriptionOwner } from './subscription.ts';

/** Who has typed a wrong URL tries again a few times; who looks for open ports tries thousands. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
/** What has not failed yet counts too: otherwise all could be asked at once. */
const MAX_IN_FLIGHT = 200;
/** Owners beyond this many are forgotten, those that failed longest ago first. */
const MAX_OWNERS = 10_000;

interface Attempts {
  /** Of the first failure that counts, in milliseconds since the Unix epoch. */
  readonly since: number;
  readonly failures: number;
  readonly inFlight: number;
}

export interface HandshakeAttempt {
  /** To be called once, when the endpoint has answered as it should, or has not. */
  end(succeeded: boolean): void;
}

/**
 * Limits how often one owner can have endpoints asked that do not want to be asked. In this process alone: of several
 * instances each has its own limit.
 */
export class HandshakeLimit {
  readonly #now: () => number;
  readonly #owners = new Map<string, Attempts>();

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ThrottledError too many have failed, or are under way */
  begin(owner: SubscriptionOwner): HandshakeAttempt {
    const key = JSON.stringify([owner.kind, owner.tenantId, owner.applicationId, owner.id]);
    const { failures, inFlight, since } = this.#get(key);
    if (failures >= MAX_FAILURES) throw new ThrottledError(Math.ceil((since + WINDOW_MS - this.#now()) / 1000));
    if (inFlight >= MAX_IN_FLIGHT) throw new ThrottledError(1);
    this.#set(key, { since, failures, inFlight: inFlight + 1 });
    return { end: (succeeded) => this.#end(key, succeeded) };
  }

  #end(key: string, succeeded: boolean): void {
    const { failures, inFlight, since } = this.#get(key);
    const failed = succeeded ? 0 : 1;
    this.#set(key, { since, failures: failures + failed, inFlight: Math.max(0, inFlight - 1) });
  }

  /** A window begins anew once it is over. */
  #get(key: string): Attempts {
    const now = this.#now();
    const { since, failures, inFlight } = this.#owners.get(key) ?? { since: now, failures: 0, inFlight: 0 };
    return failures === 0 || now - since >= WINDOW_MS
      ? { since: now, failures: 0, inFlight }
      : { since, failures, inFlight };
  }

  #set(key: string, attempts: Attempts): void {
    this.#owners.delete(key);
    if (attempts.failures === 0 && attempts.inFlight === 0) return;
    const [oldest] = this.#owners.keys();
    if (this.#owners.size >= MAX_OWNERS && oldest !== undefined) this.#owners.delete(oldest);
    this.#owners.set(key, attempts);
  }
}
