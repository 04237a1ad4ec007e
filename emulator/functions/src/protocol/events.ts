import type { ContainerName, StorageSource } from './changes.ts';
import type { RpcLogLevel } from './rpc-types.ts';

/** A function as the host lists it. */
export interface FunctionInfo {
  readonly name: string;
  /** For example `httpTrigger`. */
  readonly triggerType: string;
  /** Upper case; empty for other triggers, and for an HTTP trigger that takes any method. */
  readonly methods: readonly string[];
  /** The address with its route template, for an HTTP trigger: `http://localhost:7071/api/items/{id}`. */
  readonly url?: string;
  readonly disabled: boolean;
  /** Every binding, trigger included, as registered. */
  readonly bindings: readonly Readonly<Record<string, unknown>>[];
  readonly scriptFile?: string;
  /** It needs a storage emulator: one of its bindings reaches storage by `UseDevelopmentStorage=true`. */
  readonly usesDevelopmentStorage?: boolean;
  /** What a Cosmos DB trigger reads the change feed of. */
  readonly watches?: ContainerName;
  /** Where a queue or blob trigger waits for changes in development storage: `queue/orders`, `blob/uploads`. */
  readonly storageSource?: StorageSource;
}

interface LogLine {
  readonly level: RpcLogLevel;
  /** For example `Function.hello.User`, `Host.Startup`. */
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What came into an invocation and what went out of it; sent before its end is. */
export interface InvocationCaptured {
  readonly type: 'invocation-captured';
  readonly invocationId: string;
  /** Of an HTTP function. `url`: path and query. */
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Of the response of an HTTP function. */
  readonly status?: number;
  /** Absent where there is none, or a stream. */
  readonly input?: string;
  readonly output?: string;
  /** Whether input or output is longer, or no text. */
  readonly isCut: boolean;
}

/** What happens in a host, for consoles, tests and tools. New members and new types may be added. */
export type HostEvent =
  | { readonly type: 'worker-started'; readonly pid: number }
  | { readonly type: 'functions-listed'; readonly functions: readonly FunctionInfo[] }
  | {
      readonly type: 'invocation-started';
      readonly functionName: string;
      readonly invocationId: string;
      /** Why it runs, as the console says it. */
      readonly reason: string;
      /** What the trigger knows besides, for a second line. */
      readonly details?: string;
      /** The log levels of host.json leave it out: consoles do not show it. */
      readonly isQuiet?: true;
      readonly at: number;
    }
  | {
      readonly type: 'invocation-finished';
      readonly functionName: string;
      readonly invocationId: string;
      readonly succeeded: boolean;
      readonly durationMs: number;
      /** Message and stack of what failed. */
      readonly error?: string;
      /** As of its start; one that failed is as loud as an error. */
      readonly isQuiet?: true;
      readonly at: number;
    }
  /** Only where `capturesInvocations` asks for it. */
  | InvocationCaptured
  | ({ readonly type: 'log' } & LogLine)
  | {
      readonly type: 'console';
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
      /** Absent: the line is none of the app's. */
      readonly at?: number;
    }
  /** A response was sent to a request, or its client has gone. The host's own API is left out. */
  | {
      readonly type: 'request-finished';
      readonly method: string;
      /** Without the query, which may hold keys. */
      readonly path: string;
      readonly status: number;
      readonly durationMs: number;
      readonly at: number;
    }
  | {
      readonly type: 'reloaded';
      readonly durationMs: number;
      readonly functions: readonly FunctionInfo[];
      /** The names of those that were not there before. */
      readonly added?: readonly string[];
    }
  | { readonly type: 'reload-failed'; readonly message: string }
  | {
      readonly type: 'worker-exited';
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly message: string;
      /** Null: it will not be started again. */
      readonly restartInMs: number | null;
    };
