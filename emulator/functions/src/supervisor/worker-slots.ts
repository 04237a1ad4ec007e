import type { FunctionInfo } from '../protocol/events.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import { type Hang, INITIAL_STATE, type WorkerId } from './supervisor-state.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A worker process, and what this supervisor has learned of it. */
export interface WorkerSlot {
  readonly process: WorkerProcess;
  /** The functions that it has loaded. */
  functions: readonly FunctionInfo[];
  /** `functionTimeout` of the app as it has loaded it; null: none. */
  limitMs: number | null;
  hang: Hang | undefined;
}

export interface WorkerSlotsOptions {
  readonly fork: (isFirst: boolean) => WorkerProcess;
  /** Whether reloads are to be expected: then a process waits for the next one, booted. */
  readonly keepsStandby: boolean;
  readonly guard: OrphanGuard;
}

/** The worker processes that live, by id, and the standby worker that the next id will be given to. */
export class WorkerSlots {
  readonly #options: WorkerSlotsOptions;
  readonly #slots = new Map<WorkerId, WorkerSlot>();
  #standby: WorkerProcess | undefined;

  constructor(options: WorkerSlotsOptions) {
    this.#options = options;
  }

  /** Undefined once the process has exited. */
  get(worker: WorkerId | undefined): WorkerSlot | undefined {
    return worker === undefined ? undefined : this.#slots.get(worker);
  }

  /** Gives this id to the standby worker, else to a new process. */
  open(worker: WorkerId): WorkerSlot {
    const process = this.#standby ?? this.#fork(worker === INITIAL_STATE.lastWorker);
    this.#standby = undefined;
    const slot: WorkerSlot = { process, functions: [], limitMs: null, hang: undefined };
    this.#slots.set(worker, slot);
    void process.exited.then(() => this.#slots.delete(worker));
    return slot;
  }

  /** Boots a process for the next reload, to save that time then. */
  prepareStandby(): void {
    if (this.#standby) return;
    const standby = this.#fork(false);
    this.#standby = standby;
    void standby.exited.then(() => {
      if (this.#standby === standby) this.#standby = undefined; // it was killed from outside; the next change forks another
    });
  }

  /** The same, where reloads are to be expected. */
  expectReload(): void {
    if (this.#options.keepsStandby) this.prepareStandby();
  }

  /** Ends the standby worker. The others have to be stopped before. */
  async close(): Promise<void> {
    const standby = this.#standby;
    standby?.kill();
    await standby?.exited;
    await this.#options.guard.close();
  }

  #fork(isFirst: boolean): WorkerProcess {
    const { fork, guard } = this.#options;
    const process = fork(isFirst);
    guard.watch(process.pid);
    void process.exited.then(() => guard.forget(process.pid));
    this.#endChildrenWith(process);
    return process;
  }

  /** A worker ends them itself, unless it is killed. */
  #endChildrenWith(process: WorkerProcess): void {
    const { guard } = this.#options;
    const groups = new Set<number>();
    process.onChild((pid, isAlive) => {
      if (isAlive) {
        groups.add(pid);
        guard.watch(-pid);
      } else {
        groups.delete(pid);
        guard.forget(-pid);
      }
    });
    void process.exited.then(() => {
      for (const pid of groups) {
        killGroup(pid);
        guard.forget(-pid);
      }
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
