import { type Clock, type Log, sleep } from '@lazurite/runtime';
import { messageOf } from '../../../errors.ts';
import { Alarm } from '../alarm.ts';
import { Outage } from '../outage.ts';
import type { InvokeTriggered, TriggerListener } from '../trigger.ts';
import type { ChangeFeed, StartFrom } from './change-feed.ts';
import { type Lease, type LeaseChange, type LeaseStore, leasesToTake } from './lease.ts';

export interface ChangeFeedListenerOptions {
  readonly feed: ChangeFeed;
  readonly leases: LeaseStore;
  /** Tells this instance from others that share the leases. */
  readonly instanceId: string;
  /** Whether another instance is known to have ended, so that its leases are free before they expire. */
  readonly isGone: (instanceId: string) => boolean;
  /** Calls back when the container may have changed; what it returns ends that. */
  readonly onChange: (listener: () => void) => () => void;
  readonly containerName: string;
  readonly startFrom: StartFrom;
  /** How long to wait for a change to be told before looking for one. */
  readonly pollDelayMs: number;
  readonly acquireIntervalMs: number;
  readonly renewIntervalMs: number;
  readonly expirationMs: number;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Calls a function with what changed in a container, at least once for each change, in order within a range. Instances
 * share the ranges by leases. A batch is checkpointed when the function has ended, also when it failed (its retry policy
 * has then been used up), but not when the host stops in between.
 */
export class ChangeFeedListener implements TriggerListener {
  readonly #options: ChangeFeedListenerOptions;
  readonly #stop = new AbortController();
  readonly #readers = new Map<string, Promise<void>>();
  readonly #alarms = new Set<Alarm>();
  readonly #outages: Readonly<Record<'leases' | 'feed', Outage>>;
  #balancing: Promise<void> = Promise.resolve();

  constructor(options: ChangeFeedListenerOptions) {
    this.#options = options;
    this.#outages = {
      leases: new Outage(`The leases of container '${options.containerName}' could not be balanced`, options),
      feed: new Outage(`The change feed of container '${options.containerName}' could not be read`, options),
    };
  }

  async start(): Promise<void> {
    const { feed, leases } = this.#options;
    for (const range of await feed.ranges()) await leases.add(range);
    await this.#balance();
    this.#balancing = this.#keepBalance();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const alarm of this.#alarms) alarm.ring();
    await this.#balancing;
    await Promise.all(this.#readers.values());
  }

  async #keepBalance(): Promise<void> {
    while (await this.#pause(this.#options.acquireIntervalMs)) {
      await this.#balance().then(
        () => this.#outages.leases.succeeded(),
        (error: unknown) => this.#outages.leases.failed(error),
      );
    }
  }

  async #balance(): Promise<void> {
    const { leases, clock, instanceId: me, expirationMs, isGone } = this.#options;
    const all = await leases.list();
    const mine = all.filter(({ owner }) => owner === me);
    for (const lease of [...mine, ...leasesToTake(all, { me, now: clock.now(), expirationMs, isGone })]) {
      if (this.#readers.has(lease.id) || this.#stop.signal.aborted) continue;
      const taken = await leases.update(lease, { owner: me, renewedAt: clock.now() });
      if (taken) this.#startReader(taken);
    }
  }

  #startReader(lease: Lease): void {
    const { log, functionName, containerName } = this.#options;
    const holder = new LeaseHolder(lease, this.#options);
    const alarm = new Alarm();
    this.#alarms.add(alarm);
    const unsubscribe = this.#options.onChange(() => alarm.ring());
    const done = this.#read(holder, alarm)
      .catch((error: unknown) => {
        const message = `A range of container '${containerName}' is no longer read here: ${messageOf(error)}`;
        log.warn({ functionName }, message);
      })
      .finally(() => {
        unsubscribe();
        this.#alarms.delete(alarm);
        this.#readers.delete(lease.id);
      });
    this.#readers.set(lease.id, done);
  }

  async #read(holder: LeaseHolder, alarm: Alarm): Promise<void> {
    const { clock, pollDelayMs } = this.#options;
    while (holder.held && !this.#stop.signal.aborted) {
      try {
        alarm.reset();
        const startedAt = clock.monotonic();
        const found = await this.#readPage(holder);
        this.#outages.feed.succeeded();
        await holder.renewIfDue();
        if (found === 'none') await alarm.sleep(clock, pollDelayMs);
        else if (found === 'some') await this.#pause(restAfter(clock.monotonic() - startedAt));
      } catch (error) {
        this.#outages.feed.failed(error);
        await this.#pause(Math.max(pollDelayMs, RETRY_MS));
      }
    }
    await holder.release();
  }

  async #readPage(holder: LeaseHolder): Promise<Found> {
    const { feed, startFrom } = this.#options;
    const { continuation, range } = holder.lease;
    const page = await feed.read(range, continuation === undefined ? startFrom : { continuation });
    if (page.items.length > 0 && !(await this.#deliver(page.items, holder))) return 'none';
    // The first continuation is kept even when nothing was there: it is what "from now on" means after a restart.
    if (page.items.length > 0 || continuation === undefined) await holder.update({ continuation: page.continuation });
    if (page.items.length === 0) return 'none';
    return page.isFull ? 'full' : 'some';
  }

  /** False when the batch must be delivered again. */
  async #deliver(items: readonly unknown[], holder: LeaseHolder): Promise<boolean> {
    const { invoke, containerName, clock } = this.#options;
    const stopRenewing = holder.renewMeanwhile();
    const outcome = await invoke({
      input: { json: JSON.stringify(items) },
      metadata: {},
      reason: `New changes on container ${containerName} at ${new Date(clock.now()).toISOString()}`,
    });
    await stopRenewing();
    return outcome.succeeded || !this.#stop.signal.aborted;
  }

  #pause(delayMs: number): Promise<boolean> {
    return sleep(this.#options.clock, delayMs, this.#stop.signal).then(
      () => true,
      () => false,
    );
  }
}

/** What a page held; `some`: nothing followed when it was read. */
type Found = 'none' | 'some' | 'full';

const MIN_REST_MS = 10;
const MAX_REST_MS = 100;

/**
 * Writes that come one after another are taken together, so that the trigger has no more than a quarter of the time,
 * and the requests that write them the rest: a call for each would cost several times as much as the write.
 */
function restAfter(tookMs: number): number {
  return Math.min(Math.max(3 * tookMs, MIN_REST_MS), MAX_REST_MS);
}

/** A service that does not answer is asked again after so long at the earliest. */
const RETRY_MS = 1_000;

/** A lease while this instance owns it. */
class LeaseHolder {
  lease: Lease;
  /** False once another instance has taken it. */
  held = true;
  readonly #options: ChangeFeedListenerOptions;
  /** One change at a time: each needs the etag that the last one gave. */
  #changing: Promise<void> = Promise.resolve();

  constructor(lease: Lease, options: ChangeFeedListenerOptions) {
    this.lease = lease;
    this.#options = options;
  }

  update(change: LeaseChange): Promise<void> {
    const changing = this.#changing.then(() => this.#update(change));
    this.#changing = changing.catch(() => undefined);
    return changing;
  }

  async renewIfDue(): Promise<void> {
    const { clock, renewIntervalMs } = this.#options;
    if (this.held && clock.now() - this.lease.renewedAt >= renewIntervalMs) await this.update({});
  }

  /** Keeps the lease while a function runs; the function that is returned ends that. */
  renewMeanwhile(): () => Promise<void> {
    const { clock, renewIntervalMs } = this.#options;
    const schedule = () =>
      clock.setTimer(renewIntervalMs, () => {
        void this.renewIfDue().catch(() => undefined); // the next renewal, or the checkpoint, will tell
        timer = schedule();
      });
    let timer = schedule();
    return () => {
      timer.cancel();
      return this.#changing;
    };
  }

  /** Lets another instance go on at once rather than when the lease expires. */
  async release(): Promise<void> {
    if (this.held) await this.update({ owner: undefined });
  }

  async #update(change: LeaseChange): Promise<void> {
    const { leases, clock } = this.#options;
    if (!this.held) return;
    const stored = await leases.update(this.lease, { renewedAt: clock.now(), ...change });
    if (stored) this.lease = stored;
    else this.held = false;
  }
}
