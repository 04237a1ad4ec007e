import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { silentLog, sleep, systemClock } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { recordTrigger } from '../../../testing/trigger-context.ts';
import { blobBinding } from '../../bindings/blob/blob-binding.ts';
import { createFunctionBindings } from '../../bindings/function-bindings.ts';
import { tableBinding } from '../../bindings/table/table-binding.ts';
import type { NamedBinding } from '../../core/function-trigger.ts';
import type { InvocationOutcome } from '../../invocation/invocation.ts';
import { createBlobTrigger } from './blob-trigger.ts';

let dataDir = '';
let storage: Storage;
let service: BlobServiceClient;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-blob-'));
  storage = await startStorage({ dataDir, log: silentLog });
  service = BlobServiceClient.fromConnectionString(storage.connectionString);
});

afterAll(async () => {
  await storage.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(systemClock, 20);
}

function trigger(properties: object, run?: () => Promise<InvocationOutcome>) {
  const binding = { name: 'blob', type: 'blobTrigger', ...properties };
  const env = { AzureWebJobsStorage: storage.connectionString };
  const hostJson = { extensions: { blobs: { poisonBlobThreshold: 2 } } };
  return recordTrigger({ binding, clock: systemClock, dataDir, env, hostJson, ...(run && { run }) });
}

describe('blobTrigger', () => {
  test('hands over each version of each matching blob once, also after a restart', async () => {
    const { container } = await createContainer('uploads');
    await container.uploadBlockBlob('a.txt', 'one', 3, { metadata: { k: 'v' } });
    await container.uploadBlockBlob('b.png', 'no', 2);
    const first = trigger({ path: 'uploads/{name}.txt' });
    const listener = await createBlobTrigger(first.context);
    await listener.start();
    await until(() => first.invocations.length === 1);
    await container.uploadBlockBlob('a.txt', 'two', 3);
    await until(() => first.invocations.length === 2);
    await listener.stop();
    const texts = first.invocations.map(({ input }) => Buffer.from(input.bytes ?? []).toString());
    expect(texts).toEqual(['one', 'two']);
    expect(first.invocations[0]?.reason).toBe('New blob detected(LogsAndContainerScan): uploads/a.txt');
    expect(first.invocations[0]?.metadata).toMatchObject({
      BlobTrigger: { string: 'uploads/a.txt' },
      name: { string: 'a' },
      Metadata: { json: '{"k":"v"}' },
      Uri: { string: `${storage.blobEndpoint}/uploads/a.txt` },
    });
    const second = trigger({ path: 'uploads/{name}.txt' });
    const again = await createBlobTrigger(second.context);
    await again.start();
    await container.uploadBlockBlob('c.txt', 'three', 5);
    await until(() => second.invocations.length > 0);
    await again.stop();
    expect(second.invocations.map(({ metadata }) => metadata.name)).toEqual([{ string: 'c' }]);
  });

  test('describes a blob that keeps failing in the poison queue', async () => {
    const { container } = await createContainer('failing');
    await container.uploadBlockBlob('x', 'bad', 3);
    const { context, invocations } = trigger({ path: 'failing/{name}' }, async () => ({
      succeeded: false,
      error: 'no',
    }));
    const listener = await createBlobTrigger(context);
    await listener.start();
    const poison = new QueueClient(storage.connectionString, 'webjobs-blobtrigger-poison');
    await until(() => poison.exists());
    await until(async () => (await poison.getProperties()).approximateMessagesCount === 1);
    await listener.stop();
    expect(invocations).toHaveLength(2);
    const [message] = (await poison.peekMessages()).peekedMessageItems;
    const text = Buffer.from(message?.messageText ?? '', 'base64').toString();
    expect(JSON.parse(text)).toMatchObject({ Type: 'BlobTrigger', ContainerName: 'failing', BlobName: 'x' });
  });

  test('hands over the address for an SDK binding', async () => {
    const { container } = await createContainer('deferred');
    await container.uploadBlockBlob('x', 'y', 1);
    const properties = { path: 'deferred/{name}', properties: { supportsDeferredBinding: 'True' } };
    const { context, invocations } = trigger(properties);
    const listener = await createBlobTrigger(context);
    await listener.start();
    await until(() => invocations.length === 1);
    await listener.stop();
    const { source, content } = invocations[0]?.input.modelBindingData ?? {};
    expect(source).toBe('AzureStorageBlobs');
    expect(JSON.parse(Buffer.from(content ?? []).toString())).toEqual({
      Connection: 'AzureWebJobsStorage',
      ContainerName: 'deferred',
      BlobName: 'x',
    });
  });

  test.each([{}, { path: '{container}/x' }])('rejects %j', async (properties) => {
    await expect(createBlobTrigger(trigger(properties).context)).rejects.toThrow("'path'");
  });
});

async function createContainer(name: string) {
  const container = service.getContainerClient(name);
  await container.create();
  return { container };
}

function bindingsOf(binding: NamedBinding) {
  const kinds = new Map([
    ['blob', async () => blobBinding],
    ['table', async () => tableBinding],
  ]);
  return createFunctionBindings({ ...trigger({}).context, bindings: [binding] }, kinds);
}

async function write(binding: Partial<NamedBinding>, json: string, data: Record<string, unknown> = {}) {
  const bindings = await bindingsOf({ name: 'x', type: 'blob', direction: 'out', ...binding });
  await bindings.writeOutputs({ outputData: [{ name: 'x', data: { json } }] }, data);
}

async function read(binding: Partial<NamedBinding>, data: Record<string, unknown> = {}) {
  const bindings = await bindingsOf({ name: 'x', type: 'blob', direction: 'in', ...binding });
  return (await bindings.readInputs(data))[0]?.data;
}

describe('blob bindings', () => {
  test('the output creates the container and overwrites; the input reads it back as text, or as bytes when it asks for them', async () => {
    await write({ path: 'results/{id}.json' }, '{"a":1}', { id: 7 });
    await write({ path: 'results/{id}.json' }, '[1,2]', { id: 7 });
    expect(await read({ path: 'results/7.json' })).toEqual({ string: '[1,2]' });
    expect(await read({ path: 'results/7.json', dataType: 'binary' })).toEqual({ bytes: Buffer.from('[1,2]') });
  });

  test('the input is null for a blob that is missing', async () => {
    expect(await read({ path: 'results/none' })).toEqual({ json: 'null' });
  });

  test('reject a path without a blob', async () => {
    await expect(read({ path: '{only}' }, { only: 'container' })).rejects.toThrow("'container' is no blob path");
  });
});

describe('table bindings', () => {
  const table = { type: 'table', tableName: 'people' };

  test('the output creates the table and replaces; the input reads what was stored and nothing else', async () => {
    await write(
      { ...table, partitionKey: '{team}' },
      '[{"RowKey":"1","Name":"Ann","Age":7},{"RowKey":"2","Tags":[1]}]',
      { team: 'a' },
    );
    await write(table, '{"PartitionKey":"a","RowKey":"1","Name":"Bea"}');
    const one = await read({ ...table, partitionKey: 'a', rowKey: '{id}' }, { id: 1 });
    expect(JSON.parse(one?.json ?? '')).toEqual({ PartitionKey: 'a', RowKey: '1', Name: 'Bea' });
    const all = await read({ ...table, partitionKey: 'a' });
    expect(JSON.parse(all?.json ?? '')).toHaveLength(2);
    const some = await read({ ...table, filter: "Name eq 'Bea'", take: 5 });
    expect(JSON.parse(some?.json ?? '')).toEqual([{ PartitionKey: 'a', RowKey: '1', Name: 'Bea' }]);
    expect(JSON.parse((await read({ ...table, take: 1 }))?.json ?? '')).toHaveLength(1);
  });

  test('the input is null or empty when there is no such entity or table', async () => {
    expect(await read({ ...table, partitionKey: 'a', rowKey: 'none' })).toEqual({ json: 'null' });
    expect(await read({ ...table, tableName: 'nothing' })).toEqual({ json: '[]' });
  });

  test('a key cannot leave its quotes', async () => {
    const answer = await read({ ...table, partitionKey: '{key}' }, { key: "' or PartitionKey ne '" });
    expect(answer).toEqual({ json: '[]' });
  });

  test('the output rejects an entity without keys', async () => {
    await expect(write(table, '{"Name":"x"}')).rejects.toThrow('needs a PartitionKey and a RowKey');
  });
});
