// The way to Cosmos DB: the client, and the calls of a container with their deadline.
import { createHmac, createSecretKey } from 'node:crypto';
import {
  type Container,
  CosmosClient,
  type IndexingPolicy,
  type PartitionKeyDefinition,
  type PartitionKeyDefinitionVersion,
  type SqlQuerySpec,
  type TokenProvider,
} from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import { UnavailableError } from '../domain/errors.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { isOnThisMachine } from '../domain/this-machine.ts';
import { hasStatus, toDomainError } from './cosmos-errors.ts';
import { traceStoreCalls } from './trace-store-calls.ts';

export interface CosmosAccount {
  readonly endpoint: string;
  /** One of the account's keys, Base64; or who asks for tokens. */
  readonly credential: { readonly kind: 'key'; readonly key: string } | AccountIdentity;
}

/**
 * Throttled calls are tried again at once, and then it is the caller's turn. The interval is fixed because the SDK
 * would otherwise sleep for as long as Cosmos DB asks, be it a minute, before it looks at its own time limit.
 */
const THROTTLE_RETRIES = { maxRetryAttemptCount: 3, fixedRetryIntervalInMilliseconds: 200, maxWaitTimeInSeconds: 2 };

/**
 * The client of all repositories, one for the life of the process as the SDK wants it: each keeps connections, what it
 * knows of the account, and a timer, which `dispose()` ends.
 *
 * @param telemetry null: calls are not traced
 */
export function createCosmosClient(
  { endpoint, credential }: CosmosAccount,
  telemetry: Pick<Telemetry, 'storeCall'> | null = null,
): CosmosClient {
  return new CosmosClient({
    endpoint,
    ...(credential.kind === 'key'
      ? { tokenProvider: requestSigner(credential.key) }
      : { aadCredentials: lazyCredential(credential) }),
    ...(telemetry && { plugins: [traceStoreCalls(telemetry, endpoint)] }),
    connectionPolicy: {
      requestTimeout: DEADLINE_MS,
      retryOptions: THROTTLE_RETRIES,
      enableEndpointDiscovery: hasOtherLocations(endpoint),
    },
  });
}

/**
 * Whether the account can have locations to fail over to. One on this machine is an emulator and has none; to look for
 * them costs a read of the account before each request where it is called `localhost`, as Microsoft's emulators are
 * (`documents/DatabaseAccount` of the SDK), and a hash of the partition key otherwise.
 */
function hasOtherLocations(endpoint: string): boolean {
  return !isOnThisMachine(endpoint);
}

/** An identity of Microsoft Entra that has a data-plane role in the account. */
export interface AccountIdentity {
  readonly kind: 'identity';
  /** `managed`: one that Azure gives the app; `default`: whatever `DefaultAzureCredential` finds. */
  readonly source: 'managed' | 'default';
  /** Of a user-assigned identity; null: the system-assigned one. */
  readonly clientId: string | null;
}

/**
 * Loads `@azure/identity`, a megabyte and more, when the first token is asked for: an app with a key never does.
 * Without a token the store cannot be reached, whatever the reason: getToken() rejects with UnavailableError.
 */
export function lazyCredential(identity: AccountIdentity): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  return {
    getToken: async (...request) => {
      loading ??= loadCredential(identity);
      const credential = await loading;
      return credential.getToken(...request).catch((cause: unknown) => {
        throw new UnavailableError('The store of operations cannot be reached: there is no token for it.', { cause });
      });
    },
  };
}

async function loadCredential({ source, clientId }: AccountIdentity): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  if (source === 'default')
    return new DefaultAzureCredential(clientId === null ? {} : { managedIdentityClientId: clientId });
  return clientId === null ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}

/**
 * Signs requests with a key of the account, as "Access control on Azure Cosmos DB resources" of the REST reference says.
 * The SDK does the same, but decodes the key and makes a new one of it for every request: an eighth of a read's time.
 *
 * @param key Base64
 */
export function requestSigner(key: string): TokenProvider {
  const secret = createSecretKey(key, 'base64');
  return async ({ verb, resourceType, resourceId, headers }) => {
    const lines = [verb.toLowerCase(), resourceType, resourceId, String(headers['x-ms-date']).toLowerCase(), '', ''];
    const signature = createHmac('sha256', secret).update(lines.join('\n')).digest('base64');
    return `type=master&ver=1.0&sig=${signature}`;
  };
}

/** What every adapter of Cosmos DB needs. */
export interface CosmosAdapterOptions extends ContainerOptions {
  readonly client: CosmosClient;
  readonly startTimer: StartTimer;
}

/** The items of a container, and when to stop asking for them. */
export interface ContainerItems {
  readonly container: Container;
  readonly signal: AbortSignal;
}

export type CallContainer = <T>(work: (items: ContainerItems) => Promise<T>) => Promise<T>;

/** The one way to a container's items: finds the container, keeps the deadline, and says in the domain's errors what went wrong. */
export function containerCalls(options: CosmosAdapterOptions, definition: ContainerDefinition): CallContainer {
  const findContainer = containerFinder(options.client, definition, options);
  return (work) =>
    withinDeadline(options.startTimer, async (signal) =>
      work({ container: await findContainer(signal), signal }),
    ).catch((error: unknown) => {
      throw toDomainError(error) ?? error;
    });
}

/** Each page has a deadline of its own: the signal of one would stop those that follow. */
export async function* queryPages<T>(
  call: CallContainer,
  spec: SqlQuerySpec,
  maxItemCount: number,
): AsyncGenerator<readonly T[]> {
  const query = await call(async ({ container }) => container.items.query<T>(spec, { maxItemCount }));
  while (query.hasMoreResults()) {
    const { resources } = await call(() => query.fetchNext());
    yield resources ?? []; // a page that has nothing can come without an array
  }
}

/** A container as the SDK creates it; the same goes to the infrastructure (`npm run infra:generate`). */
export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: PartitionKeyDefinition & { readonly version: PartitionKeyDefinitionVersion };
  /** Seconds. -1: nothing expires unless it says so itself; absent: nothing expires at all. */
  readonly defaultTtl?: number;
  /** Absent: every property is indexed. */
  readonly indexingPolicy?: IndexingPolicy;
}

export interface ContainerOptions {
  readonly database: string;
  /** Create the database and the container before first use where they are missing. */
  readonly createIfMissing: boolean;
}

/** Looks once; a failed look is not remembered. Without `createIfMissing` nothing is asked at all. */
function containerFinder(
  client: CosmosClient,
  definition: ContainerDefinition,
  { database, createIfMissing }: ContainerOptions,
): (signal: AbortSignal) => Promise<Container> {
  const container = client.database(database).container(definition.id);
  let ready = createIfMissing ? undefined : Promise.resolve();
  return async (abortSignal) => {
    ready ??= ensureContainer(client, { definition, database, abortSignal });
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return container;
  };
}

interface Ensure {
  readonly definition: ContainerDefinition;
  readonly database: string;
  readonly abortSignal: AbortSignal;
}

async function ensureContainer(client: CosmosClient, { definition, database: id, abortSignal }: Ensure): Promise<void> {
  await unlessCreatedMeanwhile(client.databases.createIfNotExists({ id }, { abortSignal }));
  await unlessCreatedMeanwhile(client.database(id).containers.createIfNotExists(definition, { abortSignal }));
}

/** The SDK looks, and creates what it does not see. Who comes second, be it in another process, is answered 409. */
async function unlessCreatedMeanwhile(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}

/** Calls back once after the given milliseconds, unless the returned function was called before. */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

/** The timer of the system. */
export const startTimer: StartTimer = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

/** After this a call counts as failed, whatever the SDK would still try: its own budget for a dead host is minutes. */
export const DEADLINE_MS = 5_000;

/**
 * The signal stops what the SDK still does, so that nothing is written after we answered; the race answers in time
 * even while the SDK waits between two attempts, which the signal does not end.
 */
async function withinDeadline<T>(startTimer: StartTimer, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const controller = new AbortController();
  const stopTimer = startTimer(DEADLINE_MS, () => {
    reject(new UnavailableError('The store of operations did not answer in time.'));
    controller.abort();
  });
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    stopTimer();
  }
}

/** An ETag as the domain keeps it: Cosmos DB's without its quotes. */
export function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}

/** The other way round. */
export function quotedEtag(etag: string): string {
  return `"${etag}"`;
}

/**
 * Whether an item can have the id. Where it cannot there is no such item, which the SDK does not say: it throws an error
 * without a status (`validateItemResourceId()` of `@azure/cosmos`, `encodeURI()` for lone surrogates), or lets the URL
 * of `.` and `..` become that of another resource, which the signature then is not for.
 */
export function isItemId(id: string): boolean {
  return !/[/\\#]|^(?:\s*|\.\.?)$/.test(id) && id.isWellFormed();
}
