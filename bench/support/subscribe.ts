import { randomUUID } from 'node:crypto';
import type { CosmosClient } from '@azure/cosmos';
import type { ChangePage } from '../../shared/domain/notifications/change-log.ts';
import { type SubscribedResource, type Subscription, scopeOf } from '../../shared/domain/notifications/subscription.ts';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosChangeLog } from '../../shared/persistence/notifications/cosmos-change-log.ts';
import { createCosmosSubscriptionRepository } from '../../shared/persistence/notifications/cosmos-subscription-repository.ts';

/** Subscriptions as the API keeps them, without its handshake and its limits. */
export interface Subscriber {
  readonly client: CosmosClient;
  /** The end of the log. */
  place(watched: SubscribedResource): Promise<string>;
  read(watched: SubscribedResource, place: string): Promise<ChangePage>;
  /** @param place default: the end of the log */
  subscribe(watched: SubscribedResource, notificationUrl: string, place?: string): Promise<Subscription>;
  /** With all that was still to be delivered. */
  unsubscribe(subscription: Subscription): Promise<void>;
  close(): void;
}

const THREE_DAYS_MS = 3 * 24 * 60 * 60_000;
/** The emulator's well-known key. */
const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

export function createSubscriber(endpoint: string): Subscriber {
  const client = createCosmosClient({ endpoint, credential: { kind: 'key', key: KEY } });
  const options = { client, database: 'teams', createIfMissing: true, startTimer, now: Date.now };
  const repository = createCosmosSubscriptionRepository(options);
  const log = createCosmosChangeLog(options);
  return {
    client,
    place: (watched) => log.end(watched),
    read: (watched, place) => log.read(watched, place, 1_000),
    subscribe: async (watched, notificationUrl, place) => {
      const subscription = toSubscription(watched, notificationUrl);
      await repository.create(subscription, place ?? (await log.end(watched)));
      return subscription;
    },
    unsubscribe: ({ id, watched }) => repository.delete({ scope: scopeOf(watched), id }),
    close: () => client.dispose(),
  };
}

function toSubscription(watched: SubscribedResource, notificationUrl: string): Subscription {
  return {
    id: randomUUID(),
    resource: 'chats/operations',
    watched,
    changeTypes: ['created', 'updated', 'deleted'],
    notificationUrl,
    lifecycleNotificationUrl: null,
    clientState: null,
    format: 'graph',
    expirationDateTime: new Date(Date.now() + THREE_DAYS_MS).toISOString(),
    owner: { id: 'bench', kind: 'application', tenantId: null, applicationId: null },
  };
}

function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
