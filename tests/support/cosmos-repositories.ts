import { randomUUID } from 'node:crypto';
import type { CosmosClient } from '@azure/cosmos';
import { startCosmos } from '@lazurite/cosmos';
import { createCosmosClient, startTimer } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosChangeLog } from '../../shared/persistence/notifications/cosmos-change-log.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import type { RunningLog } from '../contract/change-log.ts';

export interface RunningCosmos extends RunningLog {
  readonly client: CosmosClient;
}

export const DATABASE = 'teams';

export interface CosmosWorld {
  /** Default true. */
  readonly recordsChanges?: boolean;
  /** Called before anything else. */
  prepare?(client: CosmosClient): Promise<void>;
}

/** The adapters on a Cosmos DB of their own. */
export async function startOnCosmos({ recordsChanges = true, prepare }: CosmosWorld = {}): Promise<RunningCosmos> {
  const server = await startCosmos();
  const client = createCosmosClient({ endpoint: server.endpoint, credential: { kind: 'key', key: server.key } });
  await prepare?.(client);
  const options = { client, database: DATABASE, createIfMissing: true, startTimer };
  return {
    client,
    repository: createCosmosOperationRepository({
      ...options,
      changes: recordsChanges ? { now: Date.now, newId: randomUUID } : null,
    }),
    log: createCosmosChangeLog(options),
    close: async () => {
      client.dispose();
      await server.close();
    },
  };
}
