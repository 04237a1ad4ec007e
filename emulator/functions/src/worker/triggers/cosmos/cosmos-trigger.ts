import type { Container } from '@azure/cosmos';
import type { ConfigReader } from '../../../config/config-reader.ts';
import { FunctionsHostError } from '../../../errors.ts';
import { readBinding } from '../../bindings/binding-reader.ts';
import { CosmosClients, ensureContainer } from '../../bindings/cosmos/cosmos-clients.ts';
import { cosmosAddress, cosmosConnectionName, requiredContainer } from '../../bindings/cosmos/cosmos-connection.ts';
import type { TriggerContext, TriggerFactory, TriggerListener } from '../trigger.ts';
import type { ChangeFeed, StartFrom } from './change-feed.ts';
import { ChangeFeedListener } from './change-feed-listener.ts';
import { createInstanceId, isGone } from './lease.ts';
import { openChangeFeed } from './sdk-change-feed.ts';
import { createLeaseStore } from './sdk-lease-store.ts';

/** Defaults of the Azure Functions extension for Cosmos DB. */
const POLL_DELAY_MS = 5_000;
const ACQUIRE_INTERVAL_MS = 13_000;
const RENEW_INTERVAL_MS = 17_000;
const EXPIRATION_MS = 60_000;
/** For a Cosmos DB server on this machine that does not notify of changes. Ours does, so the poll is only a fallback. */
const LOCAL_POLL_DELAY_MS = 1_000;
/** A reloaded worker takes the leases as soon as the old one has released them. */
const LOCAL_ACQUIRE_INTERVAL_MS = 500;

/** cosmosDBTrigger: reads the change feed of latest versions, with leases in a container. */
export function cosmosTriggerFactory(clients = new CosmosClients()): TriggerFactory {
  return async (context) => {
    const binding = readBinding(context);
    const { databaseName, containerName } = requiredContainer(binding);
    const address = cosmosAddress(cosmosConnectionName(binding), context.env);
    const client = await clients.get(address);
    const monitored = client.database(databaseName).container(containerName);
    const leaseContainer = await openLeaseContainer(context, binding, { clients, databaseName });
    const maxItems = binding.integer('maxItemsPerInvocation', { min: 1 });
    const prefix = `${binding.text('leaseContainerPrefix') ?? ''}${context.settings.cosmosDB.leasePrefix}`;
    const feed = await openChangeFeed({ container: monitored, maxItems });
    return new ChangeFeedListener({
      ...(context.eventDriven ? EVENT_DRIVEN : readIntervals(binding, isLocal(address.endpoint))),
      feed: readingExisting(feed, { name: `${databaseName}/${containerName}`, endpoint: address.endpoint }),
      leases: createLeaseStore(leaseContainer, `${prefix}${context.hostId}.${context.functionName}.${monitored.id}.`),
      instanceId: createInstanceId(context.random),
      // No other host reads the same containers, so that any other owner of a lease is one of the past.
      isGone: context.eventDriven ? () => true : isGone,
      onChange: (listener) => context.changes.subscribe({ database: databaseName, container: containerName }, listener),
      containerName,
      startFrom: readStart(binding),
      functionName: context.functionName,
      invoke: context.invoke,
      clock: context.clock,
      log: context.log,
    }) satisfies TriggerListener;
  };
}

/** Nothing is polled, and nobody takes a lease away. */
const EVENT_DRIVEN = {
  pollDelayMs: Number.POSITIVE_INFINITY,
  acquireIntervalMs: Number.POSITIVE_INFINITY,
  renewIntervalMs: Number.POSITIVE_INFINITY,
  expirationMs: Number.POSITIVE_INFINITY,
  collectMs: { min: 0, max: 0 },
};

function readIntervals(binding: ConfigReader, local: boolean) {
  const min = { min: 1 };
  return {
    pollDelayMs: binding.integer('feedPollDelay', min) ?? (local ? LOCAL_POLL_DELAY_MS : POLL_DELAY_MS),
    acquireIntervalMs:
      binding.integer('leaseAcquireInterval', min) ?? (local ? LOCAL_ACQUIRE_INTERVAL_MS : ACQUIRE_INTERVAL_MS),
    renewIntervalMs: binding.integer('leaseRenewInterval', min) ?? RENEW_INTERVAL_MS,
    expirationMs: binding.integer('leaseExpirationInterval', min) ?? EXPIRATION_MS,
  };
}

function isLocal(endpoint: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(endpoint).hostname);
}

function readStart(binding: ConfigReader): StartFrom {
  const text = binding.text('startFromTime');
  const fromBeginning = binding.boolean('startFromBeginning') ?? false;
  if (!text) return fromBeginning ? 'beginning' : 'now';
  if (fromBeginning) throw binding.fail('startFromTime', 'and startFromBeginning cannot both be set');
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw binding.fail('startFromTime', 'must be a time such as "2026-01-31T10:00:00Z"');
  return { time };
}

interface LeaseContainerDefaults {
  readonly clients: CosmosClients;
  readonly databaseName: string;
}

async function openLeaseContainer(
  context: TriggerContext,
  binding: ConfigReader,
  defaults: LeaseContainerDefaults,
): Promise<Container> {
  const connection = binding.text('leaseConnection') ?? binding.text('leaseConnectionStringSetting');
  const client = await defaults.clients.get(cosmosAddress(connection ?? cosmosConnectionName(binding), context.env));
  const database = client.database(binding.text('leaseDatabaseName') ?? defaults.databaseName);
  const name = binding.text('leaseContainerName') ?? binding.text('leaseCollectionName') ?? 'leases';
  const create =
    binding.boolean('createLeaseContainerIfNotExists') ?? binding.boolean('createLeaseCollectionIfNotExists') ?? false;
  if (create) return ensureContainer(database, { id: name, partitionKey: '/id', defaultTtl: -1 });
  const container = database.container(name);
  await container.read().catch((error: unknown) => {
    const hint = 'Create it with the partition key /id, or set createLeaseContainerIfNotExists to true';
    throw isMissing(error) ? missingContainer(`lease container '${database.id}/${name}'`, hint) : error;
  });
  return container;
}

/** Starts the reading of a container, or says that there is none. */
function readingExisting(feed: ChangeFeed, { name, endpoint }: { name: string; endpoint: string }): ChangeFeed {
  return {
    ranges: () =>
      feed.ranges().catch((error: unknown) => {
        const hint = `Create it in the account at ${endpoint}, or correct databaseName and containerName of the trigger`;
        throw isMissing(error) ? missingContainer(`container '${name}'`, hint) : error;
      }),
    read: (range, from) => feed.read(range, from),
  };
}

/** What the SDK says of it takes ten lines, and names neither. */
function missingContainer(what: string, hint: string): FunctionsHostError {
  return new FunctionsHostError('BindingFailed', `The ${what} does not exist. ${hint}`);
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 404;
}
