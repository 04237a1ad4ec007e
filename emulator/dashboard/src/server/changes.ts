import { PassThrough, type Readable } from 'node:stream';
import type { Clock, Timer } from '@lazurite/runtime';

/** What a page that is open should read again. */
export type Change = 'runs' | 'functions';

/** Many changes make one event: a page reads what it shows, not what happened. */
const GATHER_MS = 50;
/** A proxy or a browser takes a stream that says nothing for dead. */
const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 64;

/** Sends pages the names of what has changed, as server-sent events. */
export class Changes {
  readonly #clock: Clock;
  readonly #streams = new Set<PassThrough>();
  readonly #pending = new Set<Change>();
  #timer: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  emit(change: Change): void {
    if (this.#streams.size === 0) return;
    this.#pending.add(change);
    this.#timer ??= this.#clock.setTimer(GATHER_MS, () => this.#send());
  }

  /** The body of a response, which ends when its client has gone; undefined while too many are open. */
  open(): Readable | undefined {
    if (this.#streams.size >= MAX_STREAMS) return undefined;
    const stream = new PassThrough();
    this.#streams.add(stream);
    stream.write('retry: 1000\n\n');
    stream.once('close', () => this.#streams.delete(stream));
    this.#heartbeat ??= this.#clock.setTimer(HEARTBEAT_MS, () => this.#beat());
    return stream;
  }

  close(): void {
    this.#timer?.cancel();
    this.#heartbeat?.cancel();
    for (const stream of this.#streams) stream.end();
  }

  #send(): void {
    this.#timer = undefined;
    const text = [...this.#pending].map((change) => `event: change\ndata: ${change}\n\n`).join('');
    this.#pending.clear();
    this.#writeAll(text);
  }

  #beat(): void {
    this.#heartbeat = undefined;
    this.#writeAll(': alive\n\n');
    if (this.#streams.size > 0) this.#heartbeat = this.#clock.setTimer(HEARTBEAT_MS, () => this.#beat());
  }

  /** A client that does not read is dropped: it connects anew, and reads all again. */
  #writeAll(text: string): void {
    for (const stream of this.#streams) if (!stream.write(text)) stream.destroy();
  }
}
