/** What the API of the dashboard sends and takes, as JSON. The page, the command line and agents use it alike. */

/** A run has failed when its function threw, and when it responded with a status from 400. */
export type Outcome = 'running' | 'succeeded' | 'failed';

/** One invocation of a function. */
export interface Run {
  /** Rises with each run. */
  readonly id: number;
  readonly invocationId: string;
  readonly functionName: string;
  /** Why the function ran, as the console says it. */
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** In ms; null while it runs. */
  readonly durationMs: number | null;
  readonly outcome: Outcome;
  /** Message and stack of what failed, else null. */
  readonly error: string | null;
  /** Of an HTTP request, else null. */
  readonly method: string | null;
  /** Path and query, else null. */
  readonly url: string | null;
  /** Of the response, else null. */
  readonly status: number | null;
  /** Request units that the run has used, as far as its calls of Cosmos DB are known. */
  readonly charge: number;
  /** Whether the log levels of host.json leave it out, as they do for timers that run all the time. */
  readonly isQuiet: boolean;
}

/** A request to the Cosmos DB of the stack. */
export interface CosmosCallSpan {
  readonly method: string;
  /** For example `dbs/shop/colls/orders/docs`. */
  readonly path: string;
  /** What the request does, for example `post query`. */
  readonly operation: string;
  readonly status: number;
  readonly charge: number;
  readonly startedAt: number;
  readonly durationMs: number;
}

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly level: string;
  readonly category: string;
  readonly message: string;
  readonly functionName: string | null;
  readonly invocationId: string | null;
}

/** What came in and what went out, as text. Each is null where there is none. */
export interface RunPayload {
  readonly headers: Readonly<Record<string, string>> | null;
  readonly input: string | null;
  readonly output: string | null;
  /** Whether a part was left out, because it was too long. */
  readonly isCut: boolean;
}

export interface RunDetails extends Run {
  readonly payload: RunPayload;
  readonly calls: readonly CosmosCallSpan[];
  readonly logs: readonly LogLine[];
}

export interface RunPage {
  /** How many runs match the filter. */
  readonly total: number;
  /** Newest first. */
  readonly runs: readonly Run[];
}

export interface FunctionState {
  readonly name: string;
  readonly triggerType: string;
  readonly methods: readonly string[];
  /** With its route template; null where it has no HTTP trigger. */
  readonly url: string | null;
  readonly disabled: boolean;
  /** Why the function cannot run; null where it can. */
  readonly error: string | null;
  readonly lastRun: Pick<Run, 'id' | 'startedAt' | 'durationMs' | 'outcome' | 'status'> | null;
}

export interface Overview {
  readonly functions: readonly FunctionState[];
  /** Addresses by the name of the server. */
  readonly servers: Readonly<Record<string, string>>;
  /** Names of connection strings; their values are secrets, and are asked for. */
  readonly connectionStrings: readonly string[];
}

/** What a function is called with by hand. */
export interface RunRequest {
  /** JSON or text of the trigger; of an HTTP function the body. Null: none. */
  readonly input: string | null;
  /** Of an HTTP function. */
  readonly method?: string;
  /** Path and query of an HTTP function. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly succeeded: boolean;
  /** Of an HTTP function. */
  readonly status?: number;
  /** What the function returned, or why it failed. */
  readonly output: string;
}

/** What a token is to say; all is optional. */
export interface TokenRequest {
  /** Separated by spaces. */
  readonly scopes?: string;
  readonly roles?: string;
  readonly subject?: string;
}

export interface ContainerState {
  readonly database: string;
  readonly container: string;
  readonly partitionKey: readonly string[];
  readonly items: number;
}

/** A page of items, or of what a query gives. */
export interface ItemPage {
  readonly items: readonly unknown[];
  readonly charge: number;
  /** Where the next page begins; null at the end. */
  readonly continuation: string | null;
  /** Which indexes served a query, as the service says it; null where it was not asked for. */
  readonly indexUse: string | null;
}

export interface QueueState {
  readonly name: string;
  readonly messages: number;
}

export interface QueueMessage {
  readonly id: string;
  readonly text: string;
  readonly insertedAt: number;
  readonly dequeueCount: number;
}

export interface BlobState {
  readonly name: string;
  readonly bytes: number;
  readonly changedAt: number;
}

/** The body of every response that is no success. */
export interface ApiErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}
