import { ConfigError } from './config-error.ts';
import { resolveConnection } from './connections.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_STORAGE_CONNECTION = 'AzureWebJobsStorage';
/** Where the composition root says what `UseDevelopmentStorage=true` means: the connection string of an emulator. */
export const DEVELOPMENT_STORAGE_SETTING = 'LAZURITE_STORAGE_CONNECTION_STRING';

const DEVELOPMENT_STORAGE = /^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i;

/** Whether the connection string means the local storage emulator. */
export function isDevelopmentStorage(connectionString: string, env: Environment): boolean {
  return DEVELOPMENT_STORAGE.test(connectionString) || connectionString === env[DEVELOPMENT_STORAGE_SETTING];
}

/**
 * The environment with every `UseDevelopmentStorage=true` replaced by what it means here, so that the app's own clients
 * find the emulator too: their SDKs would look for it at ports 10000 to 10002.
 */
export function nameDevelopmentStorage(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const emulator = env[DEVELOPMENT_STORAGE_SETTING];
  if (emulator === undefined) return env;
  const named = Object.entries(env).map(([name, value]) => [name, DEVELOPMENT_STORAGE.test(value) ? emulator : value]);
  return Object.fromEntries(named);
}

/** How the Storage SDKs go about requests that fail. */
export interface StorageRetries {
  readonly maxTries: number;
  readonly retryDelayInMs?: number;
  readonly maxRetryDelayInMs?: number;
}

/** For whoever tries again by itself, and wants to tell what is wrong. */
export const NO_RETRIES: StorageRetries = { maxTries: 1 };
/** The SDKs wait 4 s at first; an emulator that has ended is back in one. */
const LOCAL_RETRIES: StorageRetries = { maxTries: 8, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/** The SDKs' own behaviour, but for an emulator. */
export function retriesFor(connectionString: string, env: Environment): { readonly retryOptions?: StorageRetries } {
  return isDevelopmentStorage(connectionString, env) ? { retryOptions: LOCAL_RETRIES } : {};
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
  return resolved.connectionString;
}
