import type { Container, CosmosClient, SqlQuerySpec } from '@azure/cosmos';
import type { DeadLetter, DeadLetterStore } from '../domain/notifications/dead-letter.ts';
import type { Delivery } from '../domain/notifications/delivery.ts';
import type { DeliveryStore, StoredDelivery } from '../domain/notifications/delivery-store.ts';
import type { SubscriptionKey } from '../domain/notifications/subscription.ts';
import { type ContainerOptions, containerFinder } from './container-finder.ts';
import { CONTAINERS } from './containers.ts';
import { hasStatus, toDomainError } from './cosmos-errors.ts';
import { type DeadLetterDocument, deadLetterIdOf, toDeadLetterDocument } from './dead-letter-document.ts';
import { type StartTimer, withinDeadline } from './deadline.ts';
import {
  type DeliveryDocument,
  deliveryIdOf,
  type SubscriptionDocument,
  toDeliveryDocument,
} from './subscription-document.ts';
import { toDelete, toReplace, toTransactionError, toUpsert, transact } from './transaction.ts';

export interface CosmosDeliveryStoreOptions extends ContainerOptions {
  readonly client: CosmosClient;
  readonly startTimer: StartTimer;
}

interface Items {
  readonly container: Container;
  readonly signal: AbortSignal;
}

type Call = <T>(work: (items: Items) => Promise<T>) => Promise<T>;

/** Deliveries and dead letters in Cosmos DB, in the partition of their subscription. */
export function createCosmosDeliveryStore(
  options: CosmosDeliveryStoreOptions,
): DeliveryStore & { readonly deadLetters: DeadLetterStore } {
  const findContainer = containerFinder(options.client, CONTAINERS.subscriptions, options);
  const call: Call = (work) =>
    withinDeadline(options.startTimer, async (signal) =>
      work({ container: await findContainer(signal), signal }),
    ).catch((error: unknown) => {
      throw toDomainError(error) ?? error;
    });
  return {
    find: (key) => call((items) => find(items, key)),
    save: (key, delivery, { etag, deadLetters = [] }) =>
      call((items) => {
        const write = { delivery: toDeliveryDocument(key, delivery), etag };
        return deadLetters.length === 0 ? replace(items, write) : replaceAndBury(items, { ...write, deadLetters });
      }),
    end: (key, delivery, etag) => call((items) => end(items, key, { delivery, etag })),
    findDue: (now, limit) => call((items) => findDue(items, now, limit)),
    findExpiring: (before) => findExpiring(call, before),
    deadLetters: {
      list: (subscriptionId, page) => call((items) => listDeadLetters(items, subscriptionId, page)),
      remove: (letters) => call((items) => removeDeadLetters(items, letters)),
    },
  };
}

async function find({ container, signal }: Items, { scope, id }: SubscriptionKey): Promise<StoredDelivery | null> {
  const options = { abortSignal: signal };
  const [delivery, subscription] = await Promise.all([
    container.item(deliveryIdOf(id), scope).read<DeliveryDocument>(options),
    container.item(id, scope).read<SubscriptionDocument>(options),
  ]);
  if (!delivery.resource) return null;
  return {
    subscription: subscription.resource?.subscription ?? null,
    delivery: delivery.resource.delivery,
    etag: delivery.etag.replaceAll('"', ''),
  };
}

interface Write {
  readonly delivery: DeliveryDocument;
  readonly etag: string;
}

async function replace({ container, signal }: Items, { delivery, etag }: Write): Promise<string | null> {
  const options = { abortSignal: signal, accessCondition: { type: 'IfMatch', condition: `"${etag}"` } };
  try {
    const replaced = await container.item(delivery.id, delivery.scope).replace(delivery, options);
    return replaced.etag.replaceAll('"', '');
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return null;
    throw error;
  }
}

async function replaceAndBury(
  { container, signal }: Items,
  { delivery, etag, deadLetters }: Write & { readonly deadLetters: readonly DeadLetter[] },
): Promise<string | null> {
  const writes = [toReplace(delivery, etag), ...deadLetters.map((letter) => toUpsert(toDeadLetterDocument(letter)))];
  const outcome = await transact({ container, partitionKey: delivery.scope, signal }, writes);
  if ('results' in outcome) return outcome.results[0]?.eTag?.replaceAll('"', '') ?? null;
  return nullWhenChanged(outcome.failed.status);
}

/** @throws what another status means */
function nullWhenChanged(status: number): null {
  if (status === 404 || status === 412) return null;
  throw toTransactionError(status);
}

interface Ending {
  readonly delivery: Delivery | null;
  readonly etag: string;
}

async function end(
  { container, signal }: Items,
  key: SubscriptionKey,
  { delivery, etag }: Ending,
): Promise<string | null> {
  const partition = { container, partitionKey: key.scope, signal };
  const written = delivery ? toReplace(toDeliveryDocument(key, delivery), etag) : toDelete(deliveryIdOf(key.id), etag);
  let outcome = await transact(partition, [toDelete(key.id, null), written]);
  const isGone = 'failed' in outcome && outcome.failed.index === 0 && outcome.failed.status === 404;
  if (isGone) outcome = await transact(partition, [written]);
  if ('results' in outcome) return outcome.results.at(-1)?.eTag?.replaceAll('"', '') ?? etag;
  return nullWhenChanged(outcome.failed.status);
}

async function findDue({ container, signal }: Items, now: number, limit: number): Promise<readonly SubscriptionKey[]> {
  // Deliveries alone have this property.
  const query = toQuery(
    'SELECT TOP @limit c.scope, c.subscriptionId AS id FROM c WHERE c.dueAt <= @now ORDER BY c.dueAt',
    {
      limit,
      now,
    },
  );
  return (await container.items.query<SubscriptionKey>(query, { abortSignal: signal }).fetchAll()).resources;
}

/** Each page has a deadline of its own. */
async function* findExpiring(call: Call, before: number): AsyncIterable<readonly SubscriptionKey[]> {
  // Subscriptions alone have this property.
  const spec = toQuery('SELECT c.scope, c.id FROM c WHERE c.expiresAt <= @before', { before });
  const query = await call(async ({ container }) =>
    container.items.query<SubscriptionKey>(spec, { maxItemCount: 100 }),
  );
  while (query.hasMoreResults()) yield (await call(() => query.fetchNext())).resources ?? [];
}

async function listDeadLetters(
  { container, signal }: Items,
  subscriptionId: string,
  { limit, from }: { readonly limit: number; readonly from: string | null },
): ReturnType<DeadLetterStore['list']> {
  const query = toQuery(
    "SELECT TOP @limit c.deadLetter FROM c WHERE c.kind = 'deadLetter' AND c.subscriptionId = @id AND c.id > @from ORDER BY c.id",
    { limit: limit + 1, id: subscriptionId, from: from ?? '' },
  );
  const { resources } = await container.items
    .query<Pick<DeadLetterDocument, 'deadLetter'>>(query, { abortSignal: signal })
    .fetchAll();
  const letters = resources.slice(0, limit).map(({ deadLetter }) => deadLetter);
  const last = letters.at(-1);
  return { letters, next: last && resources.length > limit ? deadLetterIdOf(last) : null };
}

async function removeDeadLetters({ container, signal }: Items, letters: readonly DeadLetter[]): Promise<void> {
  await Promise.all(
    letters.map(async (letter) => {
      const item = container.item(deadLetterIdOf(letter), letter.subscription.scope);
      await item.delete({ abortSignal: signal }).catch((error: unknown) => {
        if (!hasStatus(error, 404)) throw error;
      });
    }),
  );
}

function toQuery(query: string, values: Readonly<Record<string, string | number>>): SqlQuerySpec {
  return { query, parameters: Object.entries(values).map(([name, value]) => ({ name: `@${name}`, value })) };
}
