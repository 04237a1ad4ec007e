import type { Clock } from '@lazurite/runtime';
import { type ContainerName, containerKey } from '../triggers/cosmos/container-changes.ts';

/** Between two notices of one container: writes come by the thousand, and one notice says as much as many. */
const QUIET_MS = 5;

/** Passes on which containers have changed: the first change at once, those shortly after it as one. */
export class ChangeNotices {
  readonly #clock: Clock;
  readonly #send: (name: ContainerName) => void;
  /** By container: whether it has changed since the last notice, which was less than QUIET_MS ago. */
  readonly #recent = new Map<string, boolean>();

  constructor(clock: Clock, send: (name: ContainerName) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  notify(name: ContainerName): void {
    const key = containerKey(name);
    if (this.#recent.has(key)) this.#recent.set(key, true);
    else this.#tell(name, key);
  }

  #tell(name: ContainerName, key: string): void {
    this.#send(name);
    this.#recent.set(key, false);
    this.#clock.setTimer(QUIET_MS, () => {
      const changed = this.#recent.get(key);
      this.#recent.delete(key);
      if (changed) this.#tell(name, key);
    });
  }
}
