import type { SqlQuerySpec } from '@azure/cosmos';
import { type Delivery, newDelivery } from '../../domain/notifications/delivery/delivery.ts';
import {
  type Interest,
  type Subscription,
  type SubscriptionKey,
  type SubscriptionOwner,
  scopeOf,
} from '../../domain/notifications/subscription.ts';
import {
  isSameInterest,
  type PageRequest,
  type StoredSubscription,
  type SubscriptionPage,
  type SubscriptionRepository,
  type Watcher,
  type WatcherDirectory,
} from '../../domain/notifications/subscription-repository.ts';
import { CONTAINERS } from '../containers.ts';
import {
  bareEtag,
  type CallContainer,
  type ContainerItems,
  type CosmosAdapterOptions,
  containerCalls,
  queryPages,
} from '../cosmos-client.ts';
import { propertyPath, Statement } from '../statement.ts';
import { replaceVersion, toCreate, toDelete, toTransactionError, transact } from '../transaction.ts';
import {
  deliveryIdOf,
  SUBSCRIPTION_KIND,
  type SubscriptionDocument,
  toDeliveryDocument,
  toOwnerKey,
  toSubscriptionDocument,
} from './subscription-document.ts';

export interface CosmosSubscriptionRepositoryOptions extends CosmosAdapterOptions {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

type Stored = SubscriptionDocument & { readonly _etag: string };

/** Subscriptions in Cosmos DB, one item each and one for its delivery, partitioned by what they watch. */
export function createCosmosSubscriptionRepository(
  options: CosmosSubscriptionRepositoryOptions,
): SubscriptionRepository & WatcherDirectory {
  const { now } = options;
  const call = containerCalls(options, CONTAINERS.subscriptions);
  return {
    create: (subscription, place) => call((items) => create(items, subscription, newDelivery(place, now()))),
    get: (owner, id) => call((items) => get(items, { owner, id, now: now() })),
    list: (owner, page) => call((items) => list(items, { ...page, owner, now: now() })),
    count: (owner) => call((items) => count(items, owner, now())),
    findSame: (subscription) => call((items) => findSame(items, subscription, now())),
    replace: (subscription, etag) => call((items) => replace(items, subscription, etag)),
    delete: (key) => call((items) => remove(items, key)),
    watchersOf: (scopes) => watchersOf(scopes, now(), call),
  };
}

async function create(items: ContainerItems, subscription: Subscription, delivery: Delivery): Promise<void> {
  const document = toSubscriptionDocument(subscription);
  const outcome = await transact({ ...items, partitionKey: document.scope }, [
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
  items: ContainerItems,
  { id, ...owned }: Owned & { readonly id: string },
): Promise<StoredSubscription | null> {
  const statement = new Statement();
  const where = [...isOwned(statement, owned), `c.id = ${statement.bind(id)}`].join(' AND ');
  const { resources } = await query<Stored>(items, statement.toQuery(`SELECT * FROM c WHERE ${where}`)).fetchAll();
  const [found] = resources;
  return found ? { subscription: found.subscription, etag: bareEtag(found._etag) } : null;
}

async function list(items: ContainerItems, { after, limit, ...owned }: Owned & PageRequest): Promise<SubscriptionPage> {
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

async function count(items: ContainerItems, owner: SubscriptionOwner, now: number): Promise<number> {
  const statement = new Statement();
  const where = isOwned(statement, { owner, now }).join(' AND ');
  const spec = statement.toQuery(`SELECT VALUE COUNT(1) FROM c WHERE ${where}`);
  const { resources } = await query<number>(items, spec).fetchAll();
  return resources.reduce((sum, part) => sum + part, 0);
}

/** Those that watch the same lie in one partition, and the parts that are compared are not indexed. */
async function findSame(items: ContainerItems, subscription: Subscription, now: number): Promise<string | null> {
  const statement = new Statement();
  const where = isOwned(statement, { owner: subscription.owner, now }).join(' AND ');
  const spec = statement.toQuery(
    `SELECT c.id, c.subscription.watched, c.subscription.changeTypes FROM c WHERE ${where}`,
  );
  const partition = { partitionKey: scopeOf(subscription.watched), abortSignal: items.signal };
  const { resources } = await items.container.items
    .query<Interest & { readonly id: string }>(spec, partition)
    .fetchAll();
  return (
    resources.find(({ id, ...interest }) => id !== subscription.id && isSameInterest(interest, subscription))?.id ??
    null
  );
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

function query<T>({ container, signal }: ContainerItems, spec: SqlQuerySpec) {
  return container.items.query<T>(spec, { abortSignal: signal });
}

async function replace(items: ContainerItems, subscription: Subscription, etag: string): Promise<boolean> {
  const document = toSubscriptionDocument(subscription);
  return (await replaceVersion({ ...items, partitionKey: document.scope }, document, etag)) !== null;
}

async function remove(items: ContainerItems, { scope, id }: SubscriptionKey): Promise<void> {
  const outcome = await transact({ ...items, partitionKey: scope }, [
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
  call: CallContainer,
): AsyncGenerator<readonly Watcher[]> {
  for (let from = 0; from < scopes.length; from += SCOPES_PER_QUERY) {
    const spec = watchersSql(scopes.slice(from, from + SCOPES_PER_QUERY), now);
    for await (const rows of queryPages<WatcherRow>(call, spec, WATCHERS_PER_PAGE))
      yield rows.map(({ scope, id, ...interest }) => ({ key: { scope, id }, ...interest }));
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
