import { CosmosClient } from '@azure/cosmos';
import { type AccountIdentity, lazyCredential } from './account-identity.ts';
import { DEADLINE_MS } from './deadline.ts';

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
 */
export function createCosmosClient({ endpoint, credential }: CosmosAccount): CosmosClient {
  return new CosmosClient({
    endpoint,
    ...(credential.kind === 'key' ? { key: credential.key } : { aadCredentials: lazyCredential(credential) }),
    connectionPolicy: { requestTimeout: DEADLINE_MS, retryOptions: THROTTLE_RETRIES },
  });
}
