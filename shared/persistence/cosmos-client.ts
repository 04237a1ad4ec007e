import { CosmosClient } from '@azure/cosmos';
import type { Telemetry } from '../domain/telemetry.ts';
import { type AccountIdentity, lazyCredential } from './account-identity.ts';
import { DEADLINE_MS } from './deadline.ts';
import { requestSigner } from './sign-request.ts';
import { watchCalls } from './trace-store-calls.ts';

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

/** This machine: the URL standard writes every form of an IPv4 address like this. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The client of all repositories, one for the life of the process as the SDK wants it: each keeps connections, what it
 * knows of the account, and a timer, which `dispose()` ends.
 *
 * @param telemetry null: nobody is told of calls
 */
export function createCosmosClient(
  { endpoint, credential }: CosmosAccount,
  telemetry: Pick<Telemetry, 'storeCall'> | null = null,
): CosmosClient {
  return new CosmosClient({
    endpoint,
    ...(credential.kind === 'key'
      ? { tokenProvider: requestSigner(credential.key) }
      : { aadCredentials: lazyCredential(credential) }),
    ...(telemetry && { plugins: [watchCalls(telemetry, endpoint)] }),
    connectionPolicy: {
      requestTimeout: DEADLINE_MS,
      retryOptions: THROTTLE_RETRIES,
      enableEndpointDiscovery: hasOtherLocations(endpoint),
    },
  });
}

/**
 * Whether the account can have locations to fail over to. One on this machine is an emulator and has none; to look for
 * them costs a read of the account before each request where it is called `localhost`, as Microsoft's emulators are
 * (`documents/DatabaseAccount` of the SDK), and a hash of the partition key otherwise.
 */
function hasOtherLocations(endpoint: string): boolean {
  return !LOOPBACK.test(new URL(endpoint).hostname);
}
