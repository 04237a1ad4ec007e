import { FunctionsHostError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How to reach a service that a binding's `connection` names. */
export type Connection =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  /** Settings below the name, as for managed identities: lower-case property -> value (`accountendpoint`, `queueserviceuri`). */
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

/** A setting's value; `:` and `__` in its name mean the same. Undefined when it is not set. */
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
