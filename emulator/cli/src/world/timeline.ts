import type { Clock } from '@lazurite/runtime';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** What happens in a world, in order. */
export class Timeline {
  readonly #clock: Pick<Clock, 'now'>;
  #lines: { readonly at: number; readonly text: string }[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  add(text: string): void {
    this.#lines.push({ at: this.#clock.now(), text });
  }

  get length(): number {
    return this.#lines.length;
  }

  /** Forgets what happened later. */
  cut(length: number): void {
    this.#lines = this.#lines.slice(0, length);
  }

  /** UUIDs are numbered as they appear, so that the same story is the same text. */
  toString(): string {
    const numbers = new Map<string, number>();
    const numbered = (uuid: string): string => {
      const number = numbers.get(uuid) ?? numbers.size + 1;
      numbers.set(uuid, number);
      return `<id ${number}>`;
    };
    return this.#lines
      .map(
        ({ at, text }) => `${new Date(at).toISOString()} ${text.replace(UUID, (uuid) => numbered(uuid.toLowerCase()))}`,
      )
      .join('\n');
  }
}
