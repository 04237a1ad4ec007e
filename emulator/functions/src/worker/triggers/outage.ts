import type { Log } from '@lazurite/runtime';
import { messageOf } from '../../errors.ts';

/** Reports a service that fails again and again: when it begins, when the reason changes, and when it is over. */
export class Outage {
  readonly #log: Log;
  readonly #functionName: string;
  /** What is said when it fails, for example `The queue 'orders' could not be read`. */
  readonly #what: string;
  /** Of the last failure; undefined: it works. */
  #reason: string | undefined;

  constructor(what: string, { log, functionName }: { readonly log: Log; readonly functionName: string }) {
    this.#what = what;
    this.#log = log;
    this.#functionName = functionName;
  }

  failed(error: unknown): void {
    const reason = firstLine(messageOf(error)); // the next ones hold ids that are new each time
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#log.warn({ functionName: this.#functionName }, `${this.#what}: ${reason}. It is tried again`);
  }

  succeeded(): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    this.#log.warn({ functionName: this.#functionName }, `Over: ${this.#what}`);
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
