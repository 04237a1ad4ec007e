/** The rules of all circuit breakers. */
export interface CircuitBreakerRules {
  /** Requests on their way to one origin at once. */
  readonly maxInFlight: number;
  /** Requests in a row that nobody answered, after which an origin counts as dead. */
  readonly failuresToClose: number;
  /** After this one request may try again. */
  readonly closedMs: number;
}

export interface CircuitCall {
  /** To be called once, when the request is over. */
  release(result: { readonly answered: boolean; readonly tookMs: number }): void;
}

const RULES: CircuitBreakerRules = { maxInFlight: 8, failuresToClose: 5, closedMs: 10_000 };
/** Graph: an endpoint is slow while more than a tenth of its answers take longer than this. */
const SLOW_MS = 2_900;
const SLOW_SHARE = 0.1;
const REMEMBERED = 100;
/** Origins without a request under way are forgotten beyond this many. */
const MAX_ORIGINS = 10_000;

/** A circuit breaker for each origin that notifications go to: a slow or dead origin delays no other. */
export class CircuitBreakers {
  readonly #now: () => number;
  readonly #rules: CircuitBreakerRules;
  readonly #breakers = new Map<string, CircuitBreaker>();

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number, rules: CircuitBreakerRules = RULES) {
    this.#now = now;
    this.#rules = rules;
  }

  /** @param url of any endpoint there */
  of(url: string): CircuitBreaker {
    const { origin } = new URL(url);
    const known = this.#breakers.get(origin);
    if (known) return known;
    if (this.#breakers.size >= MAX_ORIGINS) this.#forget();
    const breaker = new CircuitBreaker(this.#now, this.#rules);
    this.#breakers.set(origin, breaker);
    return breaker;
  }

  #forget(): void {
    for (const [origin, breaker] of this.#breakers) if (breaker.isIdle) this.#breakers.delete(origin);
  }
}

type Waiting = (call: CircuitCall | null) => void;

export class CircuitBreaker {
  readonly #now: () => number;
  readonly #rules: CircuitBreakerRules;
  #inFlight = 0;
  #failuresInRow = 0;
  #closedUntil = 0;
  readonly #line: Waiting[] = [];
  /** Whether each of the last answers was slow; a ring. */
  readonly #slow: boolean[] = [];
  #answers = 0;

  constructor(now: () => number, rules: CircuitBreakerRules) {
    this.#now = now;
    this.#rules = rules;
  }

  /** More than a tenth of the last hundred answers were late, or never came. */
  get isSlow(): boolean {
    return this.#slow.length === REMEMBERED && this.#slow.filter(Boolean).length > REMEMBERED * SLOW_SHARE;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0;
  }

  /** Waits in line; null: nobody is there, and all who waited are turned away with it. */
  acquire(): Promise<CircuitCall | null> {
    if (this.#isClosed()) return Promise.resolve(null);
    if (this.#inFlight < this.#capacity()) return Promise.resolve(this.#start());
    return new Promise((resolve) => this.#line.push(resolve));
  }

  /** Once it was closed, one request at a time tries whether somebody is back. */
  #capacity(): number {
    return this.#failuresInRow >= this.#rules.failuresToClose ? 1 : this.#rules.maxInFlight;
  }

  #isClosed(): boolean {
    if (this.#failuresInRow < this.#rules.failuresToClose) return false;
    return this.#now() < this.#closedUntil || this.#inFlight > 0;
  }

  #start(): CircuitCall {
    this.#inFlight += 1;
    return {
      release: ({ answered, tookMs }) => {
        this.#inFlight -= 1;
        this.#slow[this.#answers++ % REMEMBERED] = !answered || tookMs > SLOW_MS;
        if (answered) this.#failuresInRow = 0;
        else this.#fail();
        this.#callNext();
      },
    };
  }

  #fail(): void {
    this.#failuresInRow += 1;
    if (this.#failuresInRow >= this.#rules.failuresToClose) this.#closedUntil = this.#now() + this.#rules.closedMs;
  }

  #callNext(): void {
    if (this.#isClosed()) for (const waiting of this.#line.splice(0)) waiting(null);
    while (this.#inFlight < this.#capacity()) {
      const next = this.#line.shift();
      if (!next) return;
      next(this.#start());
    }
  }
}
