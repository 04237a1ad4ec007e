import { randomUUID } from 'node:crypto';
import type { CosmosClient } from '@azure/cosmos';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import {
  type CosmosOperationRepository,
  createCosmosOperationRepository,
} from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import { type CosmosWire, startCosmosWire } from '../support/cosmos-wire.ts';
import { newOperation } from '../support/operations.ts';

const CREATED = { status: 201, headers: { etag: '"00000000-0000-0000-0000-000000000001"' }, body: { id: 'a' } };
const THROTTLED = {
  status: 429,
  headers: { 'x-ms-retry-after-ms': '1' },
  body: { code: 'TooManyRequests', message: '' },
};

let wire: CosmosWire;
const open: CosmosClient[] = [];

beforeEach(async () => {
  wire = await startCosmosWire();
});

afterEach(async () => {
  for (const client of open.splice(0)) client.dispose();
  await wire.close();
});

/** @param deadlineMs instead of the adapter's own deadline */
function newRepository({
  endpoint = wire.endpoint,
  createIfMissing = false,
  deadlineMs = 30_000,
  changes = false,
} = {}): CosmosOperationRepository {
  const client = createCosmosClient({
    endpoint,
    credential: { kind: 'key', key: Buffer.from('key').toString('base64') },
  });
  open.push(client);
  return createCosmosOperationRepository({
    client,
    createIfMissing,
    database: 'teams',
    changes: changes ? { now: Date.now, newId: randomUUID } : null,
    startTimer: (_milliseconds, callback) => {
      const timer = setTimeout(callback, deadlineMs);
      return () => clearTimeout(timer);
    },
  });
}

function creates(): number {
  return wire.requests.filter((line) => line.endsWith('/docs')).length;
}

describe('prepare()', () => {
  test('leaves one request for the first operation', async () => {
    wire.answer = CREATED;
    const repository = newRepository({ createIfMissing: true });
    await repository.prepare();
    const before = wire.requests.length;
    await repository.create('chat', newOperation());
    expect(wire.requests.slice(before)).toEqual(['POST /dbs/teams/colls/operations/docs']);
  });

  test('leaves a failure to the first operation, which tries again', async () => {
    wire.answer = CREATED;
    const { setup } = wire;
    wire.setup = () => ({ status: 503, body: { code: 'any', message: 'any' } });
    const repository = newRepository({ createIfMissing: true });
    await repository.prepare();
    wire.setup = setup;
    expect(await repository.create('chat', newOperation())).toMatchObject({ operation: { id: expect.any(String) } });
  });
});

describe('check()', () => {
  test('holds while items can be read, and while the container is busy', async () => {
    wire.answer = { status: 404, headers: { 'x-ms-substatus': '0' }, body: { code: 'NotFound', message: '' } };
    await expect(newRepository().check()).resolves.toBeUndefined();
    wire.answer = THROTTLED;
    await expect(newRepository().check()).resolves.toBeUndefined();
  });

  test.each([
    ['the container is not there', 404, '1003'],
    ['the credential may not read', 403, '5301'],
    ['the service is not available', 503, '0'],
  ])('rejects where %s', async (_, status, substatus) => {
    wire.answer = { status, headers: { 'x-ms-substatus': substatus }, body: { code: 'any', message: 'any' } };
    await expect(newRepository().check()).rejects.toBeInstanceOf(Error);
  });

  test('rejects at its deadline', async () => {
    wire.answer = null;
    await expect(newRepository({ deadlineMs: 100 }).check()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});

describe('create() over the wire of Cosmos DB', () => {
  test('returns the etag without its quotes', async () => {
    wire.answer = CREATED;
    expect(await newRepository().create('chat', newOperation())).toMatchObject({
      etag: '00000000-0000-0000-0000-000000000001',
    });
  });

  test('costs one request once the client knows the account and the container', async () => {
    wire.answer = CREATED;
    const repository = newRepository({ createIfMissing: true });
    await repository.create('chat', newOperation({ id: 'a' }));
    const before = wire.requests.length;
    for (const id of ['b', 'c', 'd']) await repository.create('chat', newOperation({ id }));
    expect(wire.requests.slice(before)).toEqual(Array(3).fill('POST /dbs/teams/colls/operations/docs'));
  });

  test('asks nothing about the database unless configured to create it', async () => {
    wire.answer = CREATED;
    await newRepository().create('chat', newOperation());
    expect(wire.requests).not.toContain('GET /dbs/teams');
  });

  test('rejects with TooManyRequests after a few attempts, with the wait that was asked', async () => {
    wire.answer = THROTTLED;
    const failure = newRepository().create('chat', newOperation());
    await expect(failure).rejects.toMatchObject({ code: 'TooManyRequests', retryAfterSeconds: 1 });
    expect(creates()).toBe(4);
  });

  test.each([true, false])(
    'rejects with InsufficientStorage where the partition is full, changes recorded: %s',
    async (changes) => {
      const body = changes
        ? [{ statusCode: 403 }, { statusCode: 424 }]
        : { code: 'Forbidden', message: 'Partition key reached maximum size of 20 GB' };
      wire.answer = { status: changes ? 207 : 403, headers: { 'x-ms-substatus': '1014' }, body };
      const failure = newRepository({ changes }).create('chat', newOperation());
      await expect(failure).rejects.toMatchObject({ code: 'InsufficientStorage' });
    },
  );

  test('rounds the wait up to whole seconds', async () => {
    wire.answer = { ...THROTTLED, headers: { 'x-ms-retry-after-ms': '61001' } };
    const failure = newRepository().create('chat', newOperation());
    await expect(failure).rejects.toMatchObject({ code: 'TooManyRequests', retryAfterSeconds: 62 });
  });

  test.each([
    [409, 'Conflict'],
    [413, 'RequestEntityTooLarge'],
    [449, 'ServiceUnavailable'],
    [503, 'ServiceUnavailable'],
  ])('translates %i to %s', async (status, code) => {
    wire.answer = { status, body: { code: 'any', message: 'any' } };
    await expect(newRepository().create('chat', newOperation())).rejects.toMatchObject({ code });
  });

  test.each([400, 401, 403, 404])('leaves %i, for which no caller is to blame, as it is', async (status) => {
    wire.answer = { status, body: { code: 'any', message: 'any' } };
    await expect(newRepository().create('chat', newOperation())).rejects.toMatchObject({ name: 'Error', code: status });
  });

  test('rejects with ServiceUnavailable when nothing listens, and recovers', async () => {
    const { endpoint } = wire;
    const repository = newRepository({ endpoint, createIfMissing: true });
    await wire.close();
    await expect(repository.create('chat', newOperation())).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    wire = await startCosmosWire();
    wire.answer = CREATED;
    await expect(newRepository().create('chat', newOperation())).resolves.toBeDefined();
  });

  test('rejects with ServiceUnavailable at its deadline, and sends nothing afterwards', async () => {
    wire.answer = null;
    const repository = newRepository({ deadlineMs: 300 });
    await expect(repository.create('chat', newOperation())).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    const before = wire.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // longer than the SDK waits between attempts
    expect(wire.requests.length).toBe(before);
  });

  test('rejects at its deadline when the account itself does not answer', async () => {
    wire.setup = null;
    const repository = newRepository({ deadlineMs: 200 });
    await expect(repository.create('chat', newOperation())).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});

describe('writes with records of changes over the wire of Cosmos DB', () => {
  const answers = (...codes: number[]) => ({
    status: codes.every((code) => code < 300) ? 200 : 207,
    body: codes.map((statusCode) => ({ statusCode, requestCharge: 1, eTag: '"e"' })),
  });
  const create = (options = {}) => newRepository({ changes: true, ...options }).create('chat', newOperation());

  test('create() costs one request too, and returns the etag of the operation', async () => {
    wire.answer = answers(201, 201);
    expect(await create()).toMatchObject({ etag: 'e' });
    expect(creates()).toBe(1);
  });

  test.each([
    [409, 'Conflict'],
    [413, 'RequestEntityTooLarge'],
    [429, 'TooManyRequests'],
    [449, 'ServiceUnavailable'],
  ])('create() translates %i of one of the writes to %s', async (status, code) => {
    wire.answer = answers(status, 424);
    await expect(create()).rejects.toMatchObject({ code });
  });

  test.each([
    [413, 'RequestEntityTooLarge'],
    [429, 'TooManyRequests'],
    [503, 'ServiceUnavailable'],
  ])('create() translates %i of the whole to %s', async (status, code) => {
    wire.answer = { status, headers: { 'x-ms-retry-after-ms': '1' }, body: { code: 'any', message: 'any' } };
    await expect(create()).rejects.toMatchObject({ code });
  });

  test('create() rejects with ServiceUnavailable when nothing listens, and at its deadline', async () => {
    wire.answer = null;
    await expect(create({ deadlineMs: 300 })).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    const { endpoint } = wire;
    await wire.close();
    await expect(create({ endpoint })).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
