import type { ChatRecord, TeamRecord } from '../../domain/teams/team.ts';
import { keyOf, type RecordKey, type StoredRecord, type WorkspaceRepository } from '../../domain/teams/workspace.ts';
import { LOCAL_CONTAINERS } from '../containers.ts';
import { bareEtag, type CosmosAdapterOptions, containerCalls } from '../cosmos-client.ts';
import { hasStatus } from '../cosmos-errors.ts';
import { replaceVersion } from '../transaction.ts';

/** A record as an item: alone in a partition of its own, for nothing is ever written together with it. */
interface RecordDocument {
  readonly id: typeof ITEM_ID;
  /** `team/` or `chat/` and the id, which can have characters that no id of an item has. */
  readonly key: string;
  readonly record: TeamRecord | ChatRecord;
}

const ITEM_ID = 'record';
/** Cosmos DB's limit on a partition key value, in UTF-8 bytes. */
const MAX_KEY_BYTES = 2_048;

/**
 * The teams and chats of the simulator, in a container that is created on first use: where nothing is simulated, nothing has
 * to be provisioned.
 */
export function createCosmosWorkspaceRepository(
  options: Omit<CosmosAdapterOptions, 'createIfMissing'>,
): WorkspaceRepository {
  const call = containerCalls({ ...options, createIfMissing: true }, LOCAL_CONTAINERS.workspace);
  return {
    get: async (key) => {
      const partitionKey = toPartitionKey(key);
      if (Buffer.byteLength(partitionKey) > MAX_KEY_BYTES || !partitionKey.isWellFormed()) return null;
      return call(async ({ container, signal }) => {
        const item = container.item(ITEM_ID, partitionKey);
        const { resource, etag } = await item.read<RecordDocument>({ abortSignal: signal });
        return resource ? ({ record: resource.record, etag: bareEtag(etag) } satisfies StoredRecord) : null;
      });
    },
    add: (record) =>
      call(async ({ container, signal }) => {
        try {
          await container.items.create(toDocument(record), { abortSignal: signal });
          return true;
        } catch (error) {
          if (hasStatus(error, 409)) return false;
          throw error;
        }
      }),
    replace: (record, etag) =>
      call(async (items) => {
        const document = toDocument(record);
        return (await replaceVersion({ ...items, partitionKey: document.key }, document, etag)) !== null;
      }),
  };
}

function toDocument(record: TeamRecord | ChatRecord): RecordDocument {
  return { id: ITEM_ID, key: toPartitionKey(keyOf(record)), record };
}

function toPartitionKey({ kind, id }: RecordKey): string {
  return `${kind}/${id}`;
}
