import { type Clock, type Log, sleep } from '@lazurite/runtime';
import { messageOf } from '../../../errors.ts';
import type { InvokeTriggered } from '../../invocation/invocation.ts';
import { RetryLog, WakeableSleep } from '../polling.ts';
import type { TriggerListener } from '../trigger.ts';
import type { ChangeFeed, StartFrom } from './change-feed.ts';
import { type Lease, type LeaseChange, type LeaseStore, leasesToTake } from './lease.ts';

export interface ChangeFeedListenerOptions {
  readonly feed: ChangeFeed;
  readonly leases: LeaseStore;
  /** Distinguishes this instance from others that share the leases. */
  readonly instanceId: string;
  /** Whether another instance is known to have ended, so that its leases are free before they expire. */
  readonly isGone: (instanceId: string) => boolean;
  /** Calls `listener` when the container may have changed. Returns a function that ends the subscription. */
  readonly onChange: (listener: () => void) => () => void;
  readonly containerName: string;
  readonly startFrom: StartFrom;
  /** The time between polls while no change is notified. */
  readonly pollDelayMs: number;
  /** How long writes are collected, after a page that was not full, before the next is read. Default 10 to 100 ms. */
  readonly collectMs?: { readonly min: number; readonly max: number };
  readonly acquireIntervalMs: number;
  readonly renewIntervalMs: number;
  readonly expirationMs: number;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Calls a function with the changes of a container, at least once for each change, in order within a range. Instances
 * share the ranges by leases. The checkpoint moves when the function has ended, even when it failed (its retry policy is
 * then exhausted), but not when the host stops meanwhile.
 */
export class ChangeFeedListener implements TriggerListener {
  readonly #options: ChangeFeedListenerOptions;
  readonly #stop = new AbortController();
  readonly #readers = new Map<string, Promise<void>>();
  readonly #holders = new Map<string, LeaseHolder>();
  readonly #idleReaders = new Set<WakeableSleep>();
  readonly #retryLogs: Readonly<Record<'leases' | 'feed', RetryLog>>;
  #balancing: Promise<void> = Promise.resolve();

  constructor(options: ChangeFeedListenerOptions) {
    this.#options = options;
    this.#retryLogs = {
      leases: new RetryLog(`The leases of container '${options.containerName}' could not be balanced`, options),
      feed: new RetryLog(`The change feed of container '${options.containerName}' could not be read`, options),
    };
  }

  async start(): Promise<void> {
    const { feed, leases } = this.#options;
    for (const range of await feed.ranges()) await leases.add(range);
    await this.#balance();
    this.#balancing = this.#keepBalance();
  }

  state(): readonly Lease[] {
    return [...this.#holders.values()].map(({ lease }) => lease);
  }

  /** Readers go on from the leases as they were, while the stored ones are taken back too. */
  restore(state: unknown): void {
    for (const lease of (state ?? []) as readonly Lease[]) {
      const holder = this.#holders.get(lease.id); // what `state` gave
      if (holder) holder.lease = lease;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const idle of this.#idleReaders) idle.wake();
    await this.#balancing;
    await Promise.all(this.#readers.values());
  }

  async #keepBalance(): Promise<void> {
    while (await this.#sleep(this.#options.acquireIntervalMs)) {
      await this.#balance().then(
        () => this.#retryLogs.leases.succeeded(),
        (error: unknown) => this.#retryLogs.leases.failed(error),
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
    this.#holders.set(lease.id, holder);
    const idle = new WakeableSleep();
    this.#idleReaders.add(idle);
    const unsubscribe = this.#options.onChange(() => idle.wake());
    const done = this.#read(holder, idle)
      .catch((error: unknown) => {
        const message = `A range of container '${containerName}' is no longer read here: ${messageOf(error)}`;
        log.warn({ functionName }, message);
      })
      .finally(() => {
        unsubscribe();
        this.#idleReaders.delete(idle);
        this.#readers.delete(lease.id);
        this.#holders.delete(lease.id);
      });
    this.#readers.set(lease.id, done);
  }

  async #read(holder: LeaseHolder, idle: WakeableSleep): Promise<void> {
    const { clock, pollDelayMs } = this.#options;
    while (holder.held && !this.#stop.signal.aborted) {
      try {
        idle.reset();
        const startedAt = clock.monotonic();
        const found = await this.#readPage(holder);
        this.#retryLogs.feed.succeeded();
        await holder.renewIfDue();
        if (found === 'none') await idle.sleep(clock, pollDelayMs);
        else if (found === 'some') await this.#collect(clock.monotonic() - startedAt);
      } catch (error) {
        this.#retryLogs.feed.failed(error);
        await this.#sleep(Number.isFinite(pollDelayMs) ? Math.max(pollDelayMs, RETRY_MS) : RETRY_MS);
      }
    }
    await holder.release();
  }

  async #readPage(holder: LeaseHolder): Promise<Found> {
    const { feed, startFrom } = this.#options;
    const { continuation, range } = holder.lease;
    const page = await feed.read(range, continuation === undefined ? startFrom : { continuation });
    if (page.items.length > 0 && !(await this.#deliver(page.items, holder))) return 'none';
    // The first continuation is stored even without items: after a restart it says where "from now on" began.
    if (page.items.length > 0 || continuation === undefined) await holder.update({ continuation: page.continuation });
    if (page.items.length === 0) return 'none';
    return page.isFull ? 'full' : 'some';
  }

  /** False when the batch must be delivered again. */
  async #deliver(items: readonly unknown[], holder: LeaseHolder): Promise<boolean> {
    const { invoke, containerName, clock } = this.#options;
    const stopRenewing = holder.startRenewing();
    const outcome = await invoke({
      input: { json: JSON.stringify(items) },
      metadata: {},
      reason: `New changes on container ${containerName} at ${new Date(clock.now()).toISOString()}`,
    });
    await stopRenewing();
    return outcome.succeeded || !this.#stop.signal.aborted;
  }

  /**
   * Collects successive writes in one call, so that the trigger takes at most a quarter of the time and leaves the rest to
   * the requests that write: one call for each write would cost several times as much as the write.
   */
  async #collect(tookMs: number): Promise<void> {
    const { min, max } = this.#options.collectMs ?? COLLECT_MS;
    if (max > 0) await this.#sleep(Math.min(Math.max(3 * tookMs, min), max));
  }

  #sleep(delayMs: number): Promise<boolean> {
    return sleep(this.#options.clock, delayMs, this.#stop.signal).then(
      () => true,
      () => false,
    );
  }
}

/** The items of a page: `some` when nothing followed them, `full` when there may be more. */
type Found = 'none' | 'some' | 'full';

const COLLECT_MS = { min: 10, max: 100 } as const;

/** The minimum delay before a failed read is repeated. */
const RETRY_MS = 1_000;

/** A lease that this instance owns. */
class LeaseHolder {
  lease: Lease;
  /** False once another instance has taken the lease. */
  held = true;
  readonly #options: ChangeFeedListenerOptions;
  /** One update at a time: each needs the etag of the one before it. */
  #updating: Promise<void> = Promise.resolve();

  constructor(lease: Lease, options: ChangeFeedListenerOptions) {
    this.lease = lease;
    this.#options = options;
  }

  update(change: LeaseChange): Promise<void> {
    const updating = this.#updating.then(() => this.#update(change));
    this.#updating = updating.catch(() => undefined);
    return updating;
  }

  async renewIfDue(): Promise<void> {
    const { clock, renewIntervalMs } = this.#options;
    if (this.held && clock.now() - this.lease.renewedAt >= renewIntervalMs) await this.update({});
  }

  /** Renews the lease while a function runs. The returned function stops that. */
  startRenewing(): () => Promise<void> {
    const { clock, renewIntervalMs } = this.#options;
    const schedule = () =>
      clock.setTimer(renewIntervalMs, () => {
        void this.renewIfDue().catch(() => undefined); // the next renewal or the checkpoint reports it
        timer = schedule();
      });
    let timer = schedule();
    return () => {
      timer.cancel();
      return this.#updating;
    };
  }

  /** Lets another instance take the lease at once instead of when it expires. */
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
