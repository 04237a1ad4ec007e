import { CosmosClient } from '@azure/cosmos';
import { DEADLINE_MS } from './deadline.ts';

export interface CosmosAccount {
  readonly endpoint: string;
  /** Base64, one of the account's keys. */
  readonly key: string;
}

/**
 * Throttled calls are tried again at once, and then it is the caller's turn. The interval is fixed because the SDK
 * would otherwise sleep for as long as Cosmos DB asks, be it a minute, before it looks at its own time limit.
 */
const THROTTLE_RETRIES = { maxRetryAttemptCount: 3, fixedRetryIntervalInMilliseconds: 200, maxWaitTimeInSeconds: 2 };

/**
 * The client of all repositories, one for the life of the process as the SDK wants it: each keeps connections, what it
 * knows of the account, and a timer, which `dispose()` ends.
 */
export function createCosmosClient({ endpoint, key }: CosmosAccount): CosmosClient {
  return new CosmosClient({
    ...{ endpoint, key },
    connectionPolicy: { requestTimeout: DEADLINE_MS, retryOptions: THROTTLE_RETRIES },
  });
}
