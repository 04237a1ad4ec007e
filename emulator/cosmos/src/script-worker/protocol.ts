import type { MessagePort } from 'node:worker_threads';

/** The messages between the server and the worker thread that runs scripts. A worker runs one script at a time. */

/** What a script learns of its surroundings. All of it is visible to the script. */
export interface GuestSettings {
  readonly kind: 'procedure' | 'pre' | 'post';
  /** What a trigger runs with: `Create`, `Replace`, `Upsert`, `Delete`. */
  readonly operation?: string;
  /** The body of the request; of a trigger, the item. */
  readonly body?: unknown;
  /** What a post-trigger finds in the response. */
  readonly responseBody?: unknown;
  readonly logs: boolean;
  readonly selfLink: string;
  readonly altLink: string;
  /** JSON. */
  readonly partitionKeyDefinition: string;
  readonly maxBodyCharacters: number;
  readonly usage: string;
  readonly quota: string;
}

export interface RunMessage {
  readonly type: 'run';
  readonly name: string;
  readonly source: string;
  /** A JSON array. */
  readonly args: string;
  readonly settings: GuestSettings;
  readonly limits: ScriptLimits;
}

export interface ScriptLimits {
  /** After this time the script is stopped. */
  readonly milliseconds: number;
  /** How many operations on the container are accepted. */
  readonly operations: number;
}

/** The results of the operations that the worker has asked for, as a JSON array. */
export interface ResultsMessage {
  readonly type: 'results';
  readonly results: string;
}

/** The user-defined functions of a query, to be called through `port`. */
export interface FunctionsMessage {
  readonly type: 'functions';
  readonly functions: readonly { readonly name: string; readonly source: string }[];
  readonly port: MessagePort;
  /** Grows by one with each message that the worker sends through the port, the first one when it is ready. */
  readonly flag: Int32Array;
  /** After this time a call is stopped. */
  readonly milliseconds: number;
}

export interface FunctionCall {
  readonly name: string;
  /** JSON: an array with an array for each argument, empty for undefined. */
  readonly args: string;
}

/** The value as JSON; without one and without an error: undefined. */
export interface FunctionAnswer {
  readonly value?: string;
  readonly error?: string;
  /** What the function gave its error. */
  readonly number?: number;
  /** Whether it took too much time, memory or stack. */
  readonly isStopped?: boolean;
}

export type ToWorker = RunMessage | ResultsMessage | FunctionsMessage;

/** Operations that the script has queued, as a JSON array: it is the script that has written them. */
export interface CallsMessage {
  readonly type: 'calls';
  readonly calls: string;
}

export interface EndMessage {
  readonly type: 'end';
  readonly end: ScriptEnd;
  readonly log: string;
  /** Whether the engine is not to be trusted with another script. */
  readonly isSpent: boolean;
}

/** From now on the time of the script runs: the thread and its engine are ready. */
export interface StartedMessage {
  readonly type: 'started';
}

export type FromWorker = StartedMessage | CallsMessage | EndMessage;

/** How a script has ended. */
export type ScriptEnd =
  /** `outcome` is JSON, of the script's own making. */
  | { readonly how: 'returned'; readonly outcome: string }
  | { readonly how: 'uncompilable'; readonly message: string }
  | { readonly how: 'stopped'; readonly reason: 'time' | 'resources' };
