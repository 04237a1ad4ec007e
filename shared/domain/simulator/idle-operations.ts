/** How long it is not asked again whether an operation has a plan, in ms. The timer moves what comes by another instance. */
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 10_000;

/**
 * Operations without a plan, remembered for a while: without this, every read of one would pay a second read to learn
 * that there is no plan.
 */
export class IdleOperations {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  has(chatId: string, operationId: string): boolean {
    const until = this.#until.get(keyOf(chatId, operationId));
    return until !== undefined && this.#now() < until;
  }

  add(chatId: string, operationId: string): void {
    if (this.#until.size >= MAX_REMEMBERED) this.#until.clear();
    this.#until.set(keyOf(chatId, operationId), this.#now() + REMEMBERED_MS);
  }

  delete(chatId: string, operationId: string): void {
    this.#until.delete(keyOf(chatId, operationId));
  }
}

function keyOf(chatId: string, operationId: string): string {
  return JSON.stringify([chatId, operationId]);
}
