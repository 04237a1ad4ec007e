import type { BindingDeclaration } from '../bindings/binding.ts';
import type { InvokeTriggered } from '../invocation/invocation.ts';
import type { ContainerChanges, StorageChanges } from './polling.ts';

/** Waits for the events of one function and calls it for each. */
export interface TriggerListener {
  /**
   * Rejects when the event source cannot be used at all. A source that is only unavailable for now is retried.
   *
   * @param state of a listener of the same function, as `state` gave it, from which this one goes on
   */
  start(state?: unknown): Promise<void>;
  /** Takes no further events and resolves when the invocations it started have ended. */
  stop(): Promise<void>;
  /** Resolves when it waits for events of a source that is there. Absent: it does so once it has started. */
  ready?(): Promise<void>;
  /** What it knows beyond what its event source holds, as JSON can write it. Absent: nothing. */
  state?(): unknown;
  /** Goes on from an earlier state of its own, while no invocation runs. */
  restore?(state: unknown): void;
}

/** The states of listeners, by function. */
export type TriggerStates = Readonly<Record<string, unknown>>;

/** Notifications of what was written to the local data servers. */
export interface ChangeNotifications {
  /** Writes to containers of the local Cosmos DB server. */
  readonly changes: ContainerChanges;
  /** Writes to the local storage. */
  readonly storage: StorageChanges;
  /**
   * Every change is notified at once, and no other host reads the same sources: nothing has to be polled, and no lease
   * has to be renewed. Absent: notifications only save time.
   */
  readonly eventDriven?: true;
}

export interface TriggerContext extends BindingDeclaration, ChangeNotifications {
  /** Where a trigger may keep its state, in a folder of its own. */
  readonly dataDir: string;
  /** Distinguishes this app from others that share a storage account or database. */
  readonly hostId: string;
  readonly invoke: InvokeTriggered;
}

/** Creates the listener of one function and loads what it needs only then. Rejects when the binding is not valid. */
export type TriggerFactory = (context: TriggerContext) => Promise<TriggerListener>;
