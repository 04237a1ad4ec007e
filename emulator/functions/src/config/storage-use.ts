import { resolveConnection } from './connections.ts';
import { DEFAULT_STORAGE_CONNECTION, isDevelopmentStorage } from './storage-connection.ts';

const STORAGE_TYPES = new Set(['blob', 'blobtrigger', 'queue', 'queuetrigger', 'table']);

interface StorageUser {
  readonly type?: unknown;
  readonly connection?: unknown;
}

/** Whether one of a function's bindings reaches development storage, so that an emulator must run. */
export function usesDevelopmentStorage(
  bindings: readonly StorageUser[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return bindings.some(({ type, connection }) => {
    if (typeof type !== 'string' || !STORAGE_TYPES.has(type.toLowerCase())) return false;
    const name = typeof connection === 'string' && connection ? connection : DEFAULT_STORAGE_CONNECTION;
    return pointsToDevelopmentStorage(name, env);
  });
}

function pointsToDevelopmentStorage(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  try {
    const connection = resolveConnection(name, env);
    return connection.kind === 'connectionString' && isDevelopmentStorage(connection.connectionString, env);
  } catch {
    return false; // the function itself will be reported as in error
  }
}
