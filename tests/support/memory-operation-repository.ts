import { OperationExistsError } from '../../shared/domain/errors.ts';
import type { OperationRepository, StoredOperation } from '../../shared/domain/operation-repository.ts';

/** The port's simplest adapter; held to the same contract as the real one. */
export function createMemoryRepository(): OperationRepository & {
  readonly stored: ReadonlyMap<string, StoredOperation>;
} {
  const stored = new Map<string, StoredOperation>();
  return {
    stored,
    create: async (chatId, operation) => {
      const key = JSON.stringify([chatId, operation.id]);
      if (stored.has(key)) throw new OperationExistsError(operation.id);
      const entry = { operation, etag: `etag-${stored.size + 1}` };
      stored.set(key, entry);
      return entry;
    },
  };
}
