import { ConfigError, FunctionsHostError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How to reach a service that a binding's `connection` names. */
export type Connection =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  /** The settings below the name, as for managed identities, by property in lower case (`accountendpoint`, `queueserviceuri`). */
  | { readonly kind: 'section'; readonly properties: ReadonlyMap<string, string> };

export class ConnectionMissingError extends FunctionsHostError {
  constructor(name: string) {
    super(
      'ConnectionMissing',
      `The connection '${name}' is not set. Add the app setting '${name}' with a connection string, or '${name}__<property>' settings for an identity`,
    );
  }
}

/**
 * Resolves `connection: "X"` as the WebJobs SDK does: the setting X, else AzureWebJobsX, else the connection string X,
 * else the section of settings below X.
 *
 * @throws ConnectionMissingError
 */
export function resolveConnection(name: string, env: Environment): Connection {
  const names = [name, `AzureWebJobs${name}`, `ConnectionStrings:${name}`, `ConnectionStrings__${name}`];
  for (const candidate of names) {
    const connectionString = lookUp(candidate, env);
    if (connectionString) return { kind: 'connectionString', connectionString };
  }
  for (const candidate of [name, `AzureWebJobs${name}`]) {
    const properties = sectionOf(candidate, env);
    if (properties.size > 0) return { kind: 'section', properties };
  }
  throw new ConnectionMissingError(name);
}

/** The value of a setting; `:` and `__` in its name are equivalent. Undefined when it is not set. */
export function lookUp(name: string, env: Environment): string | undefined {
  return env[name] ?? env[name.replaceAll(':', '__')] ?? env[name.replaceAll('__', ':')];
}

function sectionOf(name: string, env: Environment): ReadonlyMap<string, string> {
  const prefix = name.replaceAll(':', '__').toLowerCase();
  const properties = new Map<string, string>();
  for (const [key, value] of Object.entries(env)) {
    const path = key.replaceAll(':', '__').toLowerCase();
    if (value && path.startsWith(`${prefix}__`)) properties.set(path.slice(prefix.length + 2), value);
  }
  return properties;
}

export const DEFAULT_STORAGE_CONNECTION = 'AzureWebJobsStorage';
/** The setting in which the composition root gives the connection string that `UseDevelopmentStorage=true` stands for. */
export const DEVELOPMENT_STORAGE_SETTING = 'LAZURITE_STORAGE_CONNECTION_STRING';

const DEVELOPMENT_STORAGE = /^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i;

/** Whether the connection string means the local storage emulator. */
export function isDevelopmentStorage(connectionString: string, env: Environment): boolean {
  return DEVELOPMENT_STORAGE.test(connectionString) || connectionString === env[DEVELOPMENT_STORAGE_SETTING];
}

/**
 * The environment with every `UseDevelopmentStorage=true` replaced by the emulator's connection string, for the app's own
 * clients: their SDKs would connect to the ports 10000 to 10002.
 */
export function nameDevelopmentStorage(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const emulator = env[DEVELOPMENT_STORAGE_SETTING];
  if (emulator === undefined) return env;
  const named = Object.entries(env).map(([name, value]) => [name, DEVELOPMENT_STORAGE.test(value) ? emulator : value]);
  return Object.fromEntries(named);
}

/** The retry options of the Storage SDKs. */
export interface StorageRetries {
  readonly maxTries: number;
  readonly retryDelayInMs?: number;
  readonly maxRetryDelayInMs?: number;
}

/** For callers that retry themselves and report each failure. */
export const NO_RETRIES: StorageRetries = { maxTries: 1 };
/** The SDKs first wait 4 s; an emulator that has ended restarts within one. */
const LOCAL_RETRIES: StorageRetries = { maxTries: 8, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

/** The SDKs' defaults, except for an emulator. */
export function retriesFor(connectionString: string, env: Environment): { readonly retryOptions?: StorageRetries } {
  return isDevelopmentStorage(connectionString, env) ? { retryOptions: LOCAL_RETRIES } : {};
}

/**
 * The connection string of a storage binding; `connection` absent or empty means AzureWebJobsStorage.
 *
 * @throws ConnectionMissingError, or ConfigError for an identity, which is not supported here
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

const STORAGE_TYPES = new Set(['blob', 'blobtrigger', 'queue', 'queuetrigger', 'table']);

interface StorageUser {
  readonly type?: unknown;
  readonly connection?: unknown;
}

/** Whether one of a function's bindings uses development storage, which needs an emulator. */
export function usesDevelopmentStorage(bindings: readonly StorageUser[], env: Environment): boolean {
  return bindings.some(({ type, connection }) => {
    if (typeof type !== 'string' || !STORAGE_TYPES.has(type.toLowerCase())) return false;
    const name = typeof connection === 'string' && connection ? connection : DEFAULT_STORAGE_CONNECTION;
    return pointsToDevelopmentStorage(name, env);
  });
}

function pointsToDevelopmentStorage(name: string, env: Environment): boolean {
  try {
    const connection = resolveConnection(name, env);
    return connection.kind === 'connectionString' && isDevelopmentStorage(connection.connectionString, env);
  } catch {
    return false; // the binding itself is reported elsewhere
  }
}
