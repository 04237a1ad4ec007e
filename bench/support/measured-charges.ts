import { randomUUID } from 'node:crypto';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { CosmosClient } from '@azure/cosmos';
import { startCosmos } from '@lazurite/cosmos';
import type { OperationQuery } from '../../shared/domain/operation-query.ts';
import type { TeamsAsyncOperation } from '../../shared/domain/teams-async-operation.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/operations/cosmos-operation-repository.ts';

/** Request units of one call of the repository, all its requests together. */
export interface Charges {
  readonly create: number;
  readonly get: number;
  /** Reads the operation, then replaces it if nobody else has. */
  readonly update: number;
  readonly list20: number;
  readonly count: number;
  readonly delete: number;
}

const CHAT = '19:c253a29b5f694b55a6baad8e83510af7@thread.v2';
/** Of Graph's own example. */
const OPERATION: TeamsAsyncOperation = {
  id: '8b34886a-886a-8b34-6a88-348b6a88348b',
  operationType: 'createChat',
  createdDateTime: '2021-05-27T21:23:41.9085453Z',
  status: 'inProgress',
  lastActionDateTime: '2021-05-27T21:23:45.1899277Z',
  attemptsCount: 1,
  targetResourceId: CHAT,
  targetResourceLocation: `/chats('${CHAT}')`,
  error: null,
  dynamicProperties: {},
};
const FIRST_PAGE: OperationQuery = {
  where: null,
  orderBy: [{ property: 'id', descending: false }],
  after: null,
  skip: 0,
  limit: 20,
};

/**
 * What the app's own calls cost by `x-ms-request-charge` of the local server, whose model docs/discoveries/request-charge.md
 * gives: with records of changes for subscriptions, or without.
 */
export async function measureCharges({
  changes,
}: {
  readonly changes: boolean;
}): Promise<Charges & { readonly itemBytes: number }> {
  const server = await startCosmos();
  const meter = createMeter();
  const client = new CosmosClient({ endpoint: server.endpoint, key: server.key, httpClient: meter.httpClient });
  try {
    const repository = createCosmosOperationRepository({
      client,
      database: 'teams',
      createIfMissing: true,
      changes: changes ? { now: Date.now, newId: randomUUID } : null,
      startTimer: (milliseconds, callback) => {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    });
    await repository.prepare();
    const create = await meter.of(() => repository.create(CHAT, OPERATION));
    const get = await meter.of(() => repository.get(CHAT, OPERATION.id));
    const update = await meter.of(async () => {
      const current = await repository.get(CHAT, OPERATION.id);
      if (current) await repository.replace(CHAT, { ...OPERATION, status: 'succeeded' }, { current });
    });
    const { resource } = await client.database('teams').container('operations').item(OPERATION.id, CHAT).read();
    for (let index = 0; index < 40; index += 1)
      await repository.create(CHAT, { ...OPERATION, id: `operation-${String(index).padStart(26, '0')}` });
    return {
      create,
      get,
      update,
      list20: await meter.of(() => repository.list(CHAT, FIRST_PAGE)),
      count: await meter.of(() => repository.count(CHAT, null)),
      delete: await meter.of(() => repository.delete(CHAT, OPERATION.id, { etag: null })),
      itemBytes: Buffer.byteLength(JSON.stringify(resource)),
    };
  } finally {
    client.dispose();
    await server.close();
  }
}

interface Meter {
  readonly httpClient: HttpClient;
  /** The charge of all requests that `work` sends. */
  of(work: () => Promise<unknown>): Promise<number>;
}

function createMeter(): Meter {
  const { sendRequest } = createDefaultHttpClient();
  let total = 0;
  return {
    httpClient: {
      async sendRequest(request) {
        const response = await sendRequest(request);
        total += Number(response.headers.get('x-ms-request-charge') ?? 0);
        return response;
      },
    },
    async of(work) {
      total = 0;
      await work();
      return Math.round(total * 100) / 100;
    },
  };
}
