import {
  keyOf,
  type RecordKey,
  type StoredRecord,
  type WorkspaceRepository,
} from '../../shared/domain/teams/workspace.ts';

/** The port's simplest adapter; held to the same contract as the real one. */
export function createMemoryWorkspaceRepository(): WorkspaceRepository {
  const records = new Map<string, StoredRecord>();
  let writes = 0;
  const toKey = ({ kind, id }: RecordKey) => `${kind}/${id}`;
  return {
    get: async (key) => records.get(toKey(key)) ?? null,
    add: async (record) => {
      const key = toKey(keyOf(record));
      if (records.has(key)) return false;
      records.set(key, { record, etag: String(++writes) });
      return true;
    },
    replace: async (record, etag) => {
      const key = toKey(keyOf(record));
      if (records.get(key)?.etag !== etag) return false;
      records.set(key, { record, etag: String(++writes) });
      return true;
    },
  };
}
