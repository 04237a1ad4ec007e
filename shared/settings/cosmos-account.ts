import type { Environment } from './app-settings.ts';

export interface CosmosAccountSettings {
  readonly endpoint: string;
  readonly credential: CosmosCredential;
}

/** What the app shows to Cosmos DB. */
export type CosmosCredential =
  /** One of the account's keys, Base64. */
  | { readonly kind: 'key'; readonly key: string }
  /**
   * An identity of Microsoft Entra: `managed`, one that Azure gives the app; `default`, whatever `DefaultAzureCredential`
   * finds. The client id chooses a user-assigned identity; null: the system-assigned one.
   */
  | { readonly kind: 'identity'; readonly source: 'managed' | 'default'; readonly clientId: string | null };

const MANAGED_IDENTITY = 'managedidentity';

/**
 * The account by key or by identity, under the names that the Functions extension for Cosmos DB gives to the same
 * (https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection).
 * As there, a connection string wins.
 */
export function readCosmosAccount(env: Environment, problems: string[]): CosmosAccountSettings {
  if (env.COSMOS_CONNECTION) return readConnectionString(env.COSMOS_CONNECTION, problems);
  if (env.COSMOS_CONNECTION__accountEndpoint)
    return readIdentity(env.COSMOS_CONNECTION__accountEndpoint, env, problems);
  problems.push('COSMOS_CONNECTION is missing');
  return { endpoint: '', credential: { kind: 'key', key: '' } };
}

function readConnectionString(text: string, problems: string[]): CosmosAccountSettings {
  // Keys are Base64: only the first `=` of a part separates.
  const parts = Object.fromEntries(text.split(';').map((part) => part.trim().split(/=(.*)/s, 2)));
  const { AccountEndpoint: endpoint = '', AccountKey: key = '' }: Record<string, string | undefined> = parts;
  if (!URL.canParse(endpoint) || !key)
    problems.push('COSMOS_CONNECTION is not of the form AccountEndpoint=<url>;AccountKey=<key>;');
  return { endpoint, credential: { kind: 'key', key } };
}

function readIdentity(endpoint: string, env: Environment, problems: string[]): CosmosAccountSettings {
  const kind = env.COSMOS_CONNECTION__credential?.toLowerCase() || null;
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    problems.push('COSMOS_CONNECTION__accountEndpoint is not an https URL, and tokens are sent over TLS only');
  if (kind !== null && kind !== MANAGED_IDENTITY)
    problems.push(`COSMOS_CONNECTION__credential can only be ${MANAGED_IDENTITY}`);
  return {
    endpoint,
    credential: {
      kind: 'identity',
      source: kind === null ? 'default' : 'managed',
      clientId: env.COSMOS_CONNECTION__clientId || null,
    },
  };
}
