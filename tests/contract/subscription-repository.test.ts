import { startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosSubscriptionRepository } from '../../shared/persistence/notifications/cosmos-subscription-repository.ts';
import { DATABASE, startOnCosmos } from '../support/cosmos-repositories.ts';
import { createMemorySubscriptionRepository } from '../support/memory-subscription-repository.ts';
import { describeSubscriptionRepository, type RunningSubscriptions } from './subscription-repository.ts';

const STARTED_AT = Date.UTC(2026, 0, 2);

describeSubscriptionRepository('memory', async () =>
  withClock((now) => ({
    subscriptions: createMemorySubscriptionRepository({ now }),
    close: async () => undefined,
  })),
);

describeSubscriptionRepository('Cosmos DB', async () => {
  const { client, close } = await startOnCosmos();
  return withClock((now) => ({
    subscriptions: createCosmosSubscriptionRepository({
      client,
      database: DATABASE,
      createIfMissing: true,
      startTimer,
      now,
    }),
    close,
  }));
});

function withClock(
  start: (now: () => number) => Pick<RunningSubscriptions, 'subscriptions' | 'close'>,
): RunningSubscriptions {
  let elapsed = 0;
  return {
    ...start(() => STARTED_AT + elapsed),
    startedAt: STARTED_AT,
    advance: (milliseconds) => {
      elapsed += milliseconds;
    },
  };
}
