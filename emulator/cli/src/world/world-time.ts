import type { HostEvent } from '@lazurite/functions';
import type { VirtualClock } from '@lazurite/runtime';
import ms, { type StringValue } from 'ms';
import { WorldError } from './world-error.ts';

/** What moving time has caused. */
export interface TimeReport {
  /** The time of the world before and after, in ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** The invocations that began, in order. */
  readonly fired: readonly Fired[];
}

export interface Fired {
  readonly functionName: string;
  /** The time of the world at which it began, in ISO 8601. */
  readonly at: string;
  /** Why it ran, as the console says it. */
  readonly reason: string;
}

export interface WorldTimeDependencies {
  readonly clock: VirtualClock;
  readonly maxWaitMs: number;
  /** Runs the work of a timer on behalf of the world. */
  readonly onBehalf: (work: () => unknown) => void;
  /** What else runs, for messages; empty: nothing. */
  readonly busyWith: () => readonly string[];
  /** Called when time has moved, before the report. */
  readonly onMoved: () => Promise<void>;
}

/** A message in a circle is more likely than a test that means so much. */
const MAX_EVENTS = 10_000;
const NEVER = Number.MAX_VALUE;
/** Turns of the event loop in which nothing runs, after which nothing will: a response takes two to cause the next request. */
const QUIET_TURNS = 4;

/** Moves the time of a world, and waits until nothing is left to do at each point. */
export class WorldTime {
  readonly #dependencies: WorldTimeDependencies;
  readonly #running = new Map<string, string>();
  #fired: Fired[] = [];
  #moving = false;

  constructor(dependencies: WorldTimeDependencies) {
    this.#dependencies = dependencies;
  }

  /** To be called with every event of the host. */
  observe(event: HostEvent): void {
    if (event.type === 'invocation-finished') this.#running.delete(event.invocationId);
    if (event.type !== 'invocation-started') return;
    const { functionName, reason, at } = event;
    this.#running.set(event.invocationId, functionName);
    this.#fired.push({ functionName, reason, at: new Date(at).toISOString() });
  }

  /** @throws WorldError Busy, with what still runs */
  async settled(): Promise<void> {
    const { maxWaitMs } = this.#dependencies;
    const startedAt = performance.now();
    for (let quiet = 0, turns = 0; quiet < QUIET_TURNS; turns++) {
      await (turns < 200 ? nextTurn() : pause());
      const busy = [...this.#running.values(), ...this.#dependencies.busyWith()];
      quiet = busy.length === 0 ? quiet + 1 : 0;
      if (performance.now() - startedAt < maxWaitMs) continue;
      const list = busy.length === 0 ? 'something that ends and begins again' : [...new Set(busy)].join(', ');
      throw new WorldError('Busy', `The world is not at rest after ${maxWaitMs} ms. What runs holds its time: ${list}`);
    }
  }

  async advance(duration: string | number): Promise<TimeReport> {
    return this.#move(this.#dependencies.clock.now() + toMilliseconds(duration));
  }

  async advanceTo(time: string | number | Date): Promise<TimeReport> {
    const target = toTime(time);
    const now = this.#dependencies.clock.now();
    if (target >= now) return this.#move(target);
    const [asked, current] = [target, now].map((one) => new Date(one).toISOString());
    throw new WorldError('InvalidTime', `Time does not go back, to ${asked}: it is ${current}. restore() does`);
  }

  async advanceUntil(predicate: () => boolean | Promise<boolean>, limit: string | number): Promise<TimeReport> {
    let reached = false;
    const target = this.#dependencies.clock.now() + toMilliseconds(limit);
    const report = await this.#move(target, async () => (reached = await predicate()));
    if (reached) return report;
    const message = `What was waited for has not come within ${limit}: until ${report.to}, ${describe(report.fired)}`;
    throw new WorldError('LimitReached', message);
  }

  next(): Promise<TimeReport> {
    return this.#move(NEVER, () => this.#fired.length > 0);
  }

  async #move(target: number, isDone: () => boolean | Promise<boolean> = () => false): Promise<TimeReport> {
    const { clock, onBehalf, onMoved } = this.#dependencies;
    if (this.#moving) throw new WorldError('Busy', 'Time is being moved already. Await the call before');
    this.#moving = true;
    try {
      await this.settled();
      const from = clock.now();
      this.#fired = [];
      let done = await isDone();
      for (let events = 0; !done && (clock.nextDue ?? Number.POSITIVE_INFINITY) <= target; events++) {
        if (events === MAX_EVENTS) throw this.#tooMany(from);
        onBehalf(() => clock.runNext(target));
        await this.settled();
        done = await isDone();
      }
      if (!done && target < NEVER) clock.set(target);
      await onMoved();
      return { from: toIso(from), to: toIso(clock.now()), fired: this.#fired };
    } finally {
      this.#moving = false;
    }
  }

  #tooMany(from: number): WorldError {
    const span = `between ${toIso(from)} and ${toIso(this.#dependencies.clock.now())}`;
    const message = `Time stopped after ${MAX_EVENTS} events ${span}: ${describe(this.#fired)}. Advance in smaller steps, or open the world with fewer \`functions\``;
    return new WorldError('TooManyEvents', message);
  }
}

/** How often each function ran. */
function describe(fired: readonly Fired[]): string {
  const counts = new Map<string, number>();
  for (const { functionName } of fired) counts.set(functionName, (counts.get(functionName) ?? 0) + 1);
  const list = [...counts].map(([name, count]) => `${name} ${count} times`).join(', ');
  return list === '' ? 'no function ran' : list;
}

function toMilliseconds(duration: string | number): number {
  const milliseconds = typeof duration === 'number' ? duration : ms(duration as StringValue); // undefined for other text
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new WorldError('InvalidTime', `'${duration}' is no duration: give '4h', '30d', '90s' or milliseconds`);
}

/** @throws WorldError InvalidTime */
export function toTime(time: string | number | Date): number {
  const milliseconds = new Date(time).getTime();
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new WorldError('InvalidTime', `'${time}' is no point in time: give one such as '2026-01-01T00:00:00Z'`);
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** For the machine's time: what runs waits for something outside of the world. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
