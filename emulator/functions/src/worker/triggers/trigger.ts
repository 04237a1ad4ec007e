import type { Clock, Log, Randomness } from '@lazurite/runtime';
import type { HostSettings } from '../../config/host-settings.ts';
import type { BindingInfo, RpcRetryContext, RpcTypedData } from '../../protocol/rpc-types.ts';
import type { ContainerChanges } from './cosmos/container-changes.ts';
import type { StorageChanges } from './storage-changes.ts';

/** Waits for the events of one function and calls it for each. */
export interface TriggerListener {
  /** Rejects when the source of events cannot be used at all; one that is only down for now is tried again and again. */
  start(): Promise<void>;
  /** Takes no further events and resolves when the invocations it started have ended. */
  stop(): Promise<void>;
}

/** One call of a function by its trigger. */
export interface TriggeredInvocation {
  /** The value of the trigger binding. */
  readonly input: RpcTypedData;
  /** Names as the host sends them, in Pascal case. */
  readonly metadata: Readonly<Record<string, RpcTypedData>>;
  /** Why it runs, as the console says it. */
  readonly reason: string;
  /** For the console's second line; undefined: none. */
  readonly details?: string;
  readonly retryContext?: RpcRetryContext;
}

export type InvocationOutcome = { readonly succeeded: true } | { readonly succeeded: false; readonly error: unknown };

/** Runs a function with its bindings and hooks, and reports it. Never rejects. */
export type InvokeTriggered = (invocation: TriggeredInvocation) => Promise<InvocationOutcome>;

/** What every trigger and binding is given. */
export interface TriggerServices {
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  readonly settings: HostSettings;
  /** The function app's environment, app settings included. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a trigger may keep its state, in a folder of its own. */
  readonly dataDir: string;
  /** Distinguishes this app from others that share a storage account or database. */
  readonly hostId: string;
  /** Where the data server beside this host has its changes told. */
  readonly changes: ContainerChanges;
  /** Where the storage beside this host has its changes told. */
  readonly storage: StorageChanges;
}

export type NamedBinding = BindingInfo & { readonly name: string };

export interface TriggerContext extends TriggerServices {
  readonly functionName: string;
  /** The trigger, with every `%setting%` resolved. */
  readonly binding: NamedBinding;
  readonly invoke: InvokeTriggered;
}

/** Makes the listener of one function; loads what it needs only then. Rejects when the binding is wrong. */
export type TriggerFactory = (context: TriggerContext) => Promise<TriggerListener>;
