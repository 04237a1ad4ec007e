import type { Container, CosmosClient, SqlQuerySpec } from '@azure/cosmos';
import { type Delivery, newDelivery } from '../domain/notifications/delivery.ts';
import type { Subscription, SubscriptionKey, SubscriptionOwner } from '../domain/notifications/subscription.ts';
import type {
  PageRequest,
  StoredSubscription,
  SubscriptionPage,
  SubscriptionRepository,
  Watcher,
  WatcherDirectory,
} from '../domain/notifications/subscription-repository.ts';
import { type ContainerOptions, containerFinder } from './container-finder.ts';
import { CONTAINERS } from './containers.ts';
import { hasStatus, toDomainError } from './cosmos-errors.ts';
import { type StartTimer, withinDeadline } from './deadline.ts';
import { propertyPath, Statement } from './sql/statement.ts';
import {
  deliveryIdOf,
  SUBSCRIPTION_KIND,
  type SubscriptionDocument,
  toDeliveryDocument,
  toOwnerKey,
  toSubscriptionDocument,
} from './subscription-document.ts';
import { toCreate, toDelete, toTransactionError, transact } from './transaction.ts';

export interface CosmosSubscriptionRepositoryOptions extends ContainerOptions {
  readonly client: CosmosClient;
  readonly startTimer: StartTimer;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

interface Items {
  readonly container: Container;
  readonly signal: AbortSignal;
}

type Stored = SubscriptionDocument & { readonly _etag: string };

/** Subscriptions in Cosmos DB, one item each and one for its delivery, partitioned by what they watch. */
export function createCosmosSubscriptionRepository(
  options: CosmosSubscriptionRepositoryOptions,
): SubscriptionRepository & WatcherDirectory {
  const { now } = options;
  const findContainer = containerFinder(options.client, CONTAINERS.subscriptions, options);
  function call<T>(work: (items: Items) => Promise<T>): Promise<T> {
    return withinDeadline(options.startTimer, async (signal) =>
      work({ container: await findContainer(signal), signal }),
    ).catch((error: unknown) => {
      throw toDomainError(error) ?? error;
    });
  }
  return {
    create: (subscription, place) => call((items) => create(items, subscription, newDelivery(place, now()))),
    get: (owner, id) => call((items) => get(items, { owner, id, now: now() })),
    list: (owner, page) => call((items) => list(items, { ...page, owner, now: now() })),
    count: (owner) => call((items) => count(items, owner, now())),
    replace: (subscription, etag) => call((items) => replace(items, subscription, etag)),
    delete: (key) => call((items) => remove(items, key)),
    watchersOf: (scopes) => watchersOf(scopes, now(), call),
  };
}

async function create({ container, signal }: Items, subscription: Subscription, delivery: Delivery): Promise<void> {
  const document = toSubscriptionDocument(subscription);
  const outcome = await transact({ container, signal, partitionKey: document.scope }, [
    toCreate(document),
    toCreate(toDeliveryDocument(document, delivery)),
  ]);
  if ('failed' in outcome) throw toTransactionError(outcome.failed.status);
}

interface Owned {
  readonly owner: SubscriptionOwner;
  readonly now: number;
}

/** The id alone does not tell the partition: those of one owner are found by the index. */
async function get(
  items: Items,
  { id, ...owned }: Owned & { readonly id: string },
): Promise<StoredSubscription | null> {
  const statement = new Statement();
  const where = [...isOwned(statement, owned), `c.id = ${statement.bind(id)}`].join(' AND ');
  const { resources } = await query<Stored>(items, statement.toQuery(`SELECT * FROM c WHERE ${where}`)).fetchAll();
  const [found] = resources;
  return found ? { subscription: found.subscription, etag: found._etag.replaceAll('"', '') } : null;
}

async function list(items: Items, { after, limit, ...owned }: Owned & PageRequest): Promise<SubscriptionPage> {
  const statement = new Statement();
  const conditions = isOwned(statement, owned);
  if (after !== null) conditions.push(`c.id > ${statement.bind(after)}`);
  // One more than asked for tells whether there is another page.
  const select = `SELECT TOP ${statement.bind(limit + 1)} * FROM c`;
  const spec = statement.toQuery(`${select} WHERE ${conditions.join(' AND ')} ORDER BY c.id`);
  const { resources } = await query<Stored>(items, spec).fetchAll();
  const page = resources.slice(0, limit).map(({ subscription }) => subscription);
  return { subscriptions: page, next: resources.length > limit ? (page.at(-1)?.id ?? null) : null };
}

async function count(items: Items, owner: SubscriptionOwner, now: number): Promise<number> {
  const statement = new Statement();
  const where = isOwned(statement, { owner, now }).join(' AND ');
  const spec = statement.toQuery(`SELECT VALUE COUNT(1) FROM c WHERE ${where}`);
  const { resources } = await query<number>(items, spec).fetchAll();
  return resources.reduce((sum, part) => sum + part, 0);
}

function isOwned(statement: Statement, { owner, now }: Owned): string[] {
  return [...isLive(statement, now), `${propertyPath(['ownerKey'])} = ${statement.bind(toOwnerKey(owner))}`];
}

function isLive(statement: Statement, now: number): string[] {
  return [
    `${propertyPath(['kind'])} = ${statement.bind(SUBSCRIPTION_KIND)}`,
    `${propertyPath(['expiresAt'])} > ${statement.bind(now)}`,
  ];
}

function query<T>({ container, signal }: Items, spec: SqlQuerySpec) {
  return container.items.query<T>(spec, { abortSignal: signal });
}

async function replace({ container, signal }: Items, subscription: Subscription, etag: string): Promise<boolean> {
  const document = toSubscriptionDocument(subscription);
  const accessCondition = { type: 'IfMatch', condition: `"${etag}"` };
  try {
    await container.item(document.id, document.scope).replace(document, { abortSignal: signal, accessCondition });
    return true;
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return false;
    throw error;
  }
}

async function remove({ container, signal }: Items, { scope, id }: SubscriptionKey): Promise<void> {
  const outcome = await transact({ container, signal, partitionKey: scope }, [
    toDelete(id, null),
    toDelete(deliveryIdOf(id), null),
  ]);
  if ('failed' in outcome && outcome.failed.status !== 404) throw toTransactionError(outcome.failed.status);
}

/** How many are read at once. Each is some 200 bytes. */
const WATCHERS_PER_PAGE = 1_000;
/** A scope has up to 2 KB, a query up to 512. */
const SCOPES_PER_QUERY = 100;

/** What is read of each: the whole would be many times as much. */
type WatcherRow = SubscriptionKey & Omit<Watcher, 'key'>;

async function* watchersOf(
  scopes: readonly string[],
  now: number,
  call: <T>(work: (items: Items) => Promise<T>) => Promise<T>,
): AsyncGenerator<readonly Watcher[]> {
  for (let from = 0; from < scopes.length; from += SCOPES_PER_QUERY) {
    const spec = watchersSql(scopes.slice(from, from + SCOPES_PER_QUERY), now);
    // Each page has a deadline of its own: the signal of one would stop those that follow.
    const rows = await call(async ({ container }) =>
      container.items.query<WatcherRow>(spec, { maxItemCount: WATCHERS_PER_PAGE }),
    );
    while (rows.hasMoreResults()) {
      const { resources } = await call(() => rows.fetchNext());
      // A page that has nothing can come without an array.
      yield (resources ?? []).map(({ scope, id, ...interest }) => ({ key: { scope, id }, ...interest }));
    }
  }
}

/** Names partition keys, so that it goes to the physical partitions that have them and to no others. */
function watchersSql(scopes: readonly string[], now: number): SqlQuerySpec {
  const statement = new Statement();
  const conditions = [
    `${propertyPath(['scope'])} IN (${scopes.map((scope) => statement.bind(scope)).join(', ')})`,
    ...isLive(statement, now),
  ];
  const columns = 'c.scope, c.id, c.subscription.watched, c.subscription.changeTypes';
  return statement.toQuery(`SELECT ${columns} FROM c WHERE ${conditions.join(' AND ')}`);
}
