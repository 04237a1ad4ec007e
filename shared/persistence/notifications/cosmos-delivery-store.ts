import type { DeadLetter, DeadLetterStore } from '../../domain/notifications/dead-letter.ts';
import type { Delivery } from '../../domain/notifications/delivery/delivery.ts';
import type { DeliveryStore, StoredDelivery } from '../../domain/notifications/delivery/delivery-store.ts';
import type { SubscriptionKey } from '../../domain/notifications/subscription.ts';
import { CONTAINERS } from '../containers.ts';
import {
  bareEtag,
  type CallContainer,
  type ContainerItems,
  type CosmosAdapterOptions,
  containerCalls,
  queryPages,
} from '../cosmos-client.ts';
import { hasStatus } from '../cosmos-errors.ts';
import { toQuery } from '../statement.ts';
import {
  type Partition,
  replaceVersion,
  toDelete,
  toReplace,
  toTransactionError,
  toUpsert,
  transact,
} from '../transaction.ts';
import {
  type DeliveryDocument,
  deliveryIdOf,
  type SubscriptionDocument,
  toDeliveryDocument,
} from './subscription-document.ts';

/** Deliveries and dead letters in Cosmos DB, in the partition of their subscription. */
export function createCosmosDeliveryStore(
  options: CosmosAdapterOptions,
): DeliveryStore & { readonly deadLetters: DeadLetterStore } {
  const call = containerCalls(options, CONTAINERS.subscriptions);
  return {
    find: (key) => call((items) => find(items, key)),
    save: (key, delivery, { etag, deadLetters = [] }) =>
      call((items) => {
        const partition = { ...items, partitionKey: key.scope };
        const document = toDeliveryDocument(key, delivery);
        if (deadLetters.length === 0) return replaceVersion(partition, document, etag);
        return replaceAndBury(partition, { delivery: document, etag, deadLetters });
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

async function find(
  { container, signal }: ContainerItems,
  { scope, id }: SubscriptionKey,
): Promise<StoredDelivery | null> {
  const options = { abortSignal: signal };
  const [delivery, subscription] = await Promise.all([
    container.item(deliveryIdOf(id), scope).read<DeliveryDocument>(options),
    container.item(id, scope).read<SubscriptionDocument>(options),
  ]);
  if (!delivery.resource) return null;
  return {
    subscription: subscription.resource?.subscription ?? null,
    // Items of earlier versions lack the flag: one look more does no harm.
    delivery: { ...delivery.resource.delivery, wakeRequested: delivery.resource.delivery.wakeRequested ?? true },
    etag: bareEtag(delivery.etag),
  };
}

interface Burial {
  readonly delivery: DeliveryDocument;
  readonly etag: string;
  readonly deadLetters: readonly DeadLetter[];
}

async function replaceAndBury(partition: Partition, { delivery, etag, deadLetters }: Burial): Promise<string | null> {
  const writes = [toReplace(delivery, etag), ...deadLetters.map((letter) => toUpsert(toDeadLetterDocument(letter)))];
  const outcome = await transact(partition, writes);
  if ('results' in outcome) {
    const [replaced] = outcome.results;
    return replaced?.eTag === undefined ? null : bareEtag(replaced.eTag);
  }
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

async function end(items: ContainerItems, key: SubscriptionKey, { delivery, etag }: Ending): Promise<string | null> {
  const partition = { ...items, partitionKey: key.scope };
  const written = delivery ? toReplace(toDeliveryDocument(key, delivery), etag) : toDelete(deliveryIdOf(key.id), etag);
  let outcome = await transact(partition, [toDelete(key.id, null), written]);
  const isGone = 'failed' in outcome && outcome.failed.index === 0 && outcome.failed.status === 404;
  if (isGone) outcome = await transact(partition, [written]);
  if ('results' in outcome) return bareEtag(outcome.results.at(-1)?.eTag ?? etag);
  return nullWhenChanged(outcome.failed.status);
}

async function findDue(
  { container, signal }: ContainerItems,
  now: number,
  limit: number,
): Promise<readonly SubscriptionKey[]> {
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

const EXPIRING_PER_PAGE = 100;

function findExpiring(call: CallContainer, before: number): AsyncIterable<readonly SubscriptionKey[]> {
  // Subscriptions alone have this property.
  const spec = toQuery('SELECT c.scope, c.id FROM c WHERE c.expiresAt <= @before', { before });
  return queryPages(call, spec, EXPIRING_PER_PAGE);
}

async function listDeadLetters(
  { container, signal }: ContainerItems,
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

async function removeDeadLetters({ container, signal }: ContainerItems, letters: readonly DeadLetter[]): Promise<void> {
  await Promise.all(
    letters.map(async (letter) => {
      const item = container.item(deadLetterIdOf(letter), letter.subscription.scope);
      await item.delete({ abortSignal: signal }).catch((error: unknown) => {
        if (!hasStatus(error, 404)) throw error;
      });
    }),
  );
}

/** A dead letter as an item, in the partition of its subscription, which it outlives. */
export interface DeadLetterDocument extends SubscriptionKey {
  readonly kind: 'deadLetter';
  readonly subscriptionId: string;
  /** Excluded from the index. */
  readonly deadLetter: DeadLetter;
  /** In seconds. */
  readonly ttl: number;
}

const KEPT_SECONDS = 30 * 24 * 60 * 60;

export function toDeadLetterDocument(deadLetter: DeadLetter): DeadLetterDocument {
  const { scope, id: subscriptionId } = deadLetter.subscription;
  return { id: deadLetterIdOf(deadLetter), scope, kind: 'deadLetter', subscriptionId, deadLetter, ttl: KEPT_SECONDS };
}

/** The same for the same change, and in the order of the changes. */
export function deadLetterIdOf({ subscription, change }: DeadLetter): string {
  const time = String(Date.parse(change.changedDateTime)).padStart(15, '0');
  return `${subscription.id}-dead-${time}-${String(change.revision).padStart(10, '0')}-${change.id}`;
}
