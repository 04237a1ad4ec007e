import { createHmac, createSecretKey } from 'node:crypto';
import { CosmosClient, type TokenProvider } from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import { UnavailableError } from '../domain/errors.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { DEADLINE_MS } from './container-calls.ts';
import { traceStoreCalls } from './trace-store-calls.ts';

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
 * @param telemetry null: calls are not traced
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
    ...(telemetry && { plugins: [traceStoreCalls(telemetry, endpoint)] }),
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

/** An identity of Microsoft Entra that has a data-plane role in the account. */
export interface AccountIdentity {
  readonly kind: 'identity';
  /** `managed`: one that Azure gives the app; `default`: whatever `DefaultAzureCredential` finds. */
  readonly source: 'managed' | 'default';
  /** Of a user-assigned identity; null: the system-assigned one. */
  readonly clientId: string | null;
}

/**
 * Loads `@azure/identity`, a megabyte and more, when the first token is asked for: an app with a key never does.
 * Without a token the store cannot be reached, whatever the reason: getToken() rejects with UnavailableError.
 */
export function lazyCredential(identity: AccountIdentity): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  return {
    getToken: async (...request) => {
      loading ??= loadCredential(identity);
      const credential = await loading;
      return credential.getToken(...request).catch((cause: unknown) => {
        throw new UnavailableError('The store of operations cannot be reached: there is no token for it.', { cause });
      });
    },
  };
}

async function loadCredential({ source, clientId }: AccountIdentity): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  if (source === 'default')
    return new DefaultAzureCredential(clientId === null ? {} : { managedIdentityClientId: clientId });
  return clientId === null ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}

/**
 * Signs requests with a key of the account, as "Access control on Azure Cosmos DB resources" of the REST reference says.
 * The SDK does the same, but decodes the key and makes a new one of it for every request: an eighth of a read's time.
 *
 * @param key Base64
 */
export function requestSigner(key: string): TokenProvider {
  const secret = createSecretKey(key, 'base64');
  return async ({ verb, resourceType, resourceId, headers }) => {
    const lines = [verb.toLowerCase(), resourceType, resourceId, String(headers['x-ms-date']).toLowerCase(), '', ''];
    const signature = createHmac('sha256', secret).update(lines.join('\n')).digest('base64');
    return `type=master&ver=1.0&sig=${signature}`;
  };
}
