import type { ConfigReader } from '../../../config/config-reader.ts';
import { resolveConnection } from '../../../config/connections.ts';
import { ConfigError } from '../../../errors.ts';
import { type Identity, readIdentity } from './identity.ts';

/** An account and its credentials: a key, or an identity whose token is sent. */
export type CosmosAddress =
  | { readonly endpoint: string; readonly key: string }
  | { readonly endpoint: string; readonly identity: Identity };

const DEFAULT_CONNECTION = 'CosmosDB';

/** `connection`, or `connectionStringSetting` as extension version 3 calls it. */
export function cosmosConnectionName(binding: ConfigReader): string {
  return binding.text('connection') ?? binding.text('connectionStringSetting') ?? DEFAULT_CONNECTION;
}

/** `containerName`, or `collectionName` as extension version 3 calls it. */
export function requiredContainer(binding: ConfigReader): {
  readonly databaseName: string;
  readonly containerName: string;
} {
  const databaseName = binding.text('databaseName');
  const containerName = binding.text('containerName') ?? binding.text('collectionName');
  if (!databaseName) throw binding.fail('databaseName', 'is required');
  if (!containerName) throw binding.fail('containerName', 'is required');
  return { databaseName, containerName };
}

/** @throws ConnectionMissingError, or ConfigError when the connection string or the settings of an identity are not valid */
export function cosmosAddress(name: string, env: Readonly<Record<string, string | undefined>>): CosmosAddress {
  const connection = resolveConnection(name, env);
  if (connection.kind === 'section') return addressByIdentity(name, connection.properties);
  const { connectionString } = connection;
  const endpoint = /(?:^|;)\s*AccountEndpoint=([^;]+)/i.exec(connectionString)?.[1];
  const key = /(?:^|;)\s*AccountKey=([^;]+)/i.exec(connectionString)?.[1];
  if (endpoint && key) return { endpoint, key };
  throw new ConfigError(`The connection string '${name}' needs AccountEndpoint and AccountKey, separated by ';'`);
}

function addressByIdentity(name: string, properties: ReadonlyMap<string, string>): CosmosAddress {
  const endpoint = properties.get('accountendpoint');
  if (!endpoint)
    throw new ConfigError(`The connection '${name}' uses an identity and needs '${name}__accountEndpoint'`);
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    throw new ConfigError(`'${name}__accountEndpoint' must be an https URL: tokens are sent over TLS only`);
  return { endpoint, identity: readIdentity(name, properties) };
}
