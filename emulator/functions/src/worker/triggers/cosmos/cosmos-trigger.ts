import type { Container } from '@azure/cosmos';
import { Section } from '../../../config/config-reader.ts';
import { FunctionsHostError } from '../../../errors.ts';
import { bindingError } from '../../bindings/binding-error.ts';
import { CosmosClients } from '../../bindings/cosmos/cosmos-clients.ts';
import { cosmosAddress, cosmosConnectionName, requiredContainer } from '../../bindings/cosmos/cosmos-connection.ts';
import { ensureContainer } from '../../bindings/cosmos/ensure-container.ts';
import type { TriggerContext, TriggerFactory, TriggerListener } from '../trigger.ts';
import type { StartFrom } from './change-feed.ts';
import { ChangeFeedListener } from './change-feed-listener.ts';
import { createInstanceId, isGone } from './instance-id.ts';
import { openChangeFeed } from './sdk-change-feed.ts';
import { createLeaseStore } from './sdk-lease-store.ts';

/** Defaults of the Azure Functions extension for Cosmos DB. */
const POLL_DELAY_MS = 5_000;
const ACQUIRE_INTERVAL_MS = 13_000;
const RENEW_INTERVAL_MS = 17_000;
const EXPIRATION_MS = 60_000;
/** For a data server on this machine that tells nobody of its changes; ours does, so that no poll is waited for. */
const LOCAL_POLL_DELAY_MS = 1_000;
/** A reloaded worker goes on as soon as the old one has let go of the leases. */
const LOCAL_ACQUIRE_INTERVAL_MS = 500;

/** cosmosDBTrigger, reading the change feed of latest versions with leases in a container. */
export function cosmosTriggerFactory(clients = new CosmosClients()): TriggerFactory {
  return async (context) => {
    const binding = new Section({ ...context.binding }, bindingError(context));
    const { databaseName, containerName } = requiredContainer(binding);
    const address = cosmosAddress(cosmosConnectionName(binding), context.env);
    const client = await clients.get(address);
    const monitored = client.database(databaseName).container(containerName);
    const leaseContainer = await openLeaseContainer(context, binding, { clients, databaseName });
    const maxItems = binding.integer('maxItemsPerInvocation', { min: 1 });
    const prefix = `${binding.text('leaseContainerPrefix') ?? ''}${context.settings.cosmosDB.leasePrefix}`;
    return new ChangeFeedListener({
      ...readIntervals(binding, isLocal(address.endpoint)),
      feed: await openChangeFeed({ container: monitored, maxItems }),
      leases: createLeaseStore(leaseContainer, `${prefix}${context.hostId}.${context.functionName}.${monitored.id}.`),
      instanceId: createInstanceId(context.random),
      isGone,
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

function readIntervals(binding: Section, local: boolean) {
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

function readStart(binding: Section): StartFrom {
  const text = binding.text('startFromTime');
  const fromBeginning = binding.boolean('startFromBeginning') ?? false;
  if (!text) return fromBeginning ? 'beginning' : 'now';
  if (fromBeginning) throw binding.fail('startFromTime', 'and startFromBeginning cannot both be set');
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw binding.fail('startFromTime', 'must be a time such as "2026-01-31T10:00:00Z"');
  return { time };
}

interface LeaseScope {
  readonly clients: CosmosClients;
  readonly databaseName: string;
}

async function openLeaseContainer(context: TriggerContext, binding: Section, scope: LeaseScope): Promise<Container> {
  const connection = binding.text('leaseConnection') ?? binding.text('leaseConnectionStringSetting');
  const client = await scope.clients.get(cosmosAddress(connection ?? cosmosConnectionName(binding), context.env));
  const database = client.database(binding.text('leaseDatabaseName') ?? scope.databaseName);
  const name = binding.text('leaseContainerName') ?? binding.text('leaseCollectionName') ?? 'leases';
  const create =
    binding.boolean('createLeaseContainerIfNotExists') ?? binding.boolean('createLeaseCollectionIfNotExists') ?? false;
  if (create) return ensureContainer(database, { id: name, partitionKey: '/id', defaultTtl: -1 });
  const container = database.container(name);
  await container.read().catch((error: unknown) => explainMissing(error, context, `${database.id}/${name}`));
  return container;
}

function explainMissing(error: unknown, { functionName }: TriggerContext, name: string): never {
  const missing = typeof error === 'object' && error !== null && 'code' in error && error.code === 404;
  if (!missing) throw error;
  throw new FunctionsHostError(
    'BindingFailed',
    `Function '${functionName}': the lease container '${name}' does not exist. Create it with the partition key /id, or set createLeaseContainerIfNotExists to true`,
    { cause: error },
  );
}
