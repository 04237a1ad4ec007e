import { ConfigError } from '../config/config-error.ts';
import { resolveConnection } from '../config/connections.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_STORAGE_CONNECTION = 'AzureWebJobsStorage';
/** Where the composition root says which emulator `UseDevelopmentStorage=true` means. */
export const DEVELOPMENT_STORAGE_SETTING = 'LAZURITE_STORAGE_CONNECTION_STRING';

const DEVELOPMENT_STORAGE = /^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i;

/** Whether the connection string means the local storage emulator. */
export function isDevelopmentStorage(connectionString: string): boolean {
  return DEVELOPMENT_STORAGE.test(connectionString);
}

/**
 * The connection string of a storage binding; `connection` absent or empty means AzureWebJobsStorage.
 *
 * @throws ConnectionMissingError, or ConfigError for an identity, for which there is no token here
 */
export function storageConnectionString(connection: string | undefined, env: Environment): string {
  const name = connection || DEFAULT_STORAGE_CONNECTION;
  const resolved = resolveConnection(name, env);
  if (resolved.kind === 'section') {
    throw new ConfigError(
      `The connection '${name}' uses an identity. Set '${name}' to a connection string to run here`,
    );
  }
  const { connectionString } = resolved;
  return isDevelopmentStorage(connectionString)
    ? (env[DEVELOPMENT_STORAGE_SETTING] ?? connectionString)
    : connectionString;
}
