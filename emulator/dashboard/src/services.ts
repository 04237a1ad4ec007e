import type {
  BlobState,
  ContainerState,
  ItemPage,
  QueueMessage,
  QueueState,
  RunRequest,
  RunResult,
  TokenRequest,
} from './messages.ts';

/** A function as the host lists it. */
export interface ListedFunction {
  readonly name: string;
  readonly triggerType: string;
  readonly methods: readonly string[];
  readonly url?: string;
  readonly disabled: boolean;
  readonly error?: string;
}

/** Port: the stack that the dashboard shows. Every method rejects with an Error whose message is for a person. */
export interface DashboardServices {
  readonly functions: FunctionRunner;
  readonly data: DataBrowser;
  readonly storage: StorageBrowser;
  /** Asks the local issuer for a token. */
  readonly mintToken: (request: TokenRequest) => Promise<string>;
  /** Addresses by the name of the server. */
  readonly servers: Readonly<Record<string, string>>;
  /** By name; secrets. */
  readonly connectionStrings: Readonly<Record<string, string>>;
}

export interface FunctionRunner {
  list(): readonly ListedFunction[];
  /** Resolves to undefined when no function has the name. */
  run(name: string, request: RunRequest): Promise<RunResult | undefined>;
}

export interface ContainerPath {
  readonly database: string;
  readonly container: string;
}

export interface DataBrowser {
  containers(): Promise<readonly ContainerState[]>;
  /** @param continuation where an earlier page ended; null: the first page */
  query(path: ContainerPath, sql: string, continuation: string | null): Promise<ItemPage>;
  /** Creates the item, or replaces it; with an etag only the version that has it. */
  put(path: ContainerPath, item: Readonly<Record<string, unknown>>, etag: string | null): Promise<{ charge: number }>;
  /** @param item as it was read */
  remove(path: ContainerPath, item: Readonly<Record<string, unknown>>): Promise<{ charge: number }>;
}

export interface StorageBrowser {
  /** Whether anybody has used storage; only then does it run. */
  readonly isUsed: () => boolean;
  queues(): Promise<readonly QueueState[]>;
  /** The messages at the head of the queue, which stay there. */
  peek(queue: string): Promise<readonly QueueMessage[]>;
  send(queue: string, text: string): Promise<void>;
  clear(queue: string): Promise<void>;
  /** Moves the messages of a poison queue back to the queue of its function. Resolves to their number. */
  redeliver(poisonQueue: string): Promise<number>;
  blobContainers(): Promise<readonly string[]>;
  blobs(container: string): Promise<readonly BlobState[]>;
}
