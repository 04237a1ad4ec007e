/**
 * Answers of one turn of the event loop leave together, at its end. Sending wakes a client that waits, which costs more than
 * a point read; sent in a row, most answers find their client awake. A lone answer waits for nothing but the end of its turn.
 */
export class EndOfTurn {
  #waiting: (() => void)[] = [];

  /** Resolves when what has arrived in this turn has been carried out. */
  reached(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#release());
    });
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
