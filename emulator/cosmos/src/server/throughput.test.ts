import { type Container, CosmosClient } from '@azure/cosmos';
import { VirtualClock } from '@lazurite/runtime';
import { type CosmosServer, startCosmos } from '../index.ts';

describe('enforced throughput, through the SDK', () => {
  const clock = new VirtualClock(Date.now());
  let server: CosmosServer;
  let client: CosmosClient;

  beforeAll(async () => {
    server = await startCosmos({ clock, enforceThroughput: true });
    const connectionPolicy = {
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
    };
    client = new CosmosClient({ endpoint: server.endpoint, key: server.key, connectionPolicy });
    await client.databases.create({ id: 'db' });
    await client.databases.create({ id: 'shared', throughput: 400 });
  });

  afterAll(async () => {
    client.dispose();
    await server.close();
  });

  async function make(id: string, request: object, database = 'db'): Promise<Container> {
    const { container } = await client.database(database).containers.create({ id, partitionKey: '/pk', ...request });
    return container;
  }

  it('is rejected above the request units of a second with 429, 3200 and the time to wait', async () => {
    const container = await make('manual', { throughput: 400 });
    const rejected = await exhaust(container);
    expect(rejected).toMatchObject({ code: 429, substatus: 3200 });
    expect(Number(rejected.retryAfterInMs)).toBeGreaterThan(0);
    await clock.advance(Number(rejected.retryAfterInMs));
    expect((await container.items.create({ id: 'later', pk: 'p' })).statusCode).toBe(201);
  });

  it('counts each physical partition by itself', async () => {
    const container = await make('partitioned', { throughput: 20_000 });
    const pads = { pad: 'x'.repeat(200_000) };
    await exhaust(container, pads);
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const outcomes = await Promise.allSettled(others.map((pk) => container.items.create({ id: 'one', pk })));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
  });

  it('follows the offer as soon as it is replaced', async () => {
    const container = await make('grown', { throughput: 400 });
    const few = await countUntilRejected(container);
    const { offer, resource } = await container.readOffer();
    const content = { ...resource?.content, offerThroughput: 4_000 };
    await offer?.replace({ ...resource, content } as Parameters<NonNullable<typeof offer>['replace']>[0]);
    await clock.advance(2_000);
    expect(await countUntilRejected(container)).toBeGreaterThan(few * 5);
  });

  it('goes up to the maximum of autoscale', async () => {
    const container = await make('autoscale', { maxThroughput: 2_000 });
    const manual = await make('beside', { throughput: 400 });
    expect(await countUntilRejected(container)).toBeGreaterThan((await countUntilRejected(manual)) * 3);
  });

  it('is shared by the containers of a database that has it', async () => {
    const [first, second] = [await make('1', {}, 'shared'), await make('2', {}, 'shared')];
    await exhaust(first);
    await expect(second.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 429 });
    const { resource } = await client.database('shared').readOffer();
    expect(resource?.content).toMatchObject({ offerThroughput: 400 });
  });

  it('does not count what is done with databases, containers and offers', async () => {
    const container = await make('metadata', { throughput: 400 });
    await exhaust(container);
    expect((await container.read()).statusCode).toBe(200);
    expect((await container.readOffer()).resource).toBeDefined();
  });
});

describe('an offer', () => {
  it('is migrated between manual and autoscale by a header, and keeps its id and rid', async () => {
    const server = await startCosmos();
    const client = new CosmosClient(server.connectionString);
    const { database } = await client.databases.create({ id: 'db' });
    const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk', throughput: 4_300 });
    const { offer, resource } = await container.readOffer();
    type Definition = Parameters<NonNullable<typeof offer>['replace']>[0];
    const migrate = async (header: string) => {
      const options = { initialHeaders: { [`x-ms-cosmos-migrate-offer-to-${header}`]: 'true' } };
      return (await offer?.replace(resource as Definition, options))?.resource?.content;
    };
    expect(await migrate('autopilot')).toMatchObject({ offerAutopilotSettings: { maxThroughput: 5_000 } });
    const manual = await migrate('manual-throughput');
    expect(manual).toMatchObject({ offerThroughput: 5_000 });
    expect(manual).not.toHaveProperty('offerAutopilotSettings');
    for (const change of [{ id: 'other' }, { id: null }, { _rid: 'NotAllowed' }, { _rid: null }])
      await expect(offer?.replace({ ...resource, ...change } as Definition)).rejects.toMatchObject({ code: 400 });
    client.dispose();
    await server.close();
  });
});

interface Rejection {
  readonly code?: number;
  readonly substatus?: number;
  readonly retryAfterInMs?: number;
}

/** Writes until it is rejected. */
async function exhaust(container: Container, properties: object = {}): Promise<Rejection> {
  for (let n = 0; n < 1_000; n++) {
    try {
      await container.items.upsert({ id: 'heavy', pk: 'p', ...properties });
    } catch (error) {
      return error as Rejection; // what the SDK throws
    }
  }
  throw new Error('Nothing was rejected');
}

async function countUntilRejected(container: Container): Promise<number> {
  for (let n = 0; n < 5_000; n++) {
    const outcome = await container.items.upsert({ id: 'counted', pk: 'p' }).catch((error: Rejection) => error);
    if ('code' in outcome && outcome.code === 429) return n;
  }
  throw new Error('Nothing was rejected');
}
