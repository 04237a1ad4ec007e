import { CosmosClient } from '@azure/cosmos';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { systemClock } from '@lazurite/runtime';
import { recordTrigger } from '../../../testing/trigger-context.ts';
import type { NamedBinding } from '../../core/function-trigger.ts';
import { createFunctionBindings } from '../function-bindings.ts';
import { createCosmosBinding } from './cosmos-binding.ts';
import { cosmosAddress } from './cosmos-connection.ts';

let cosmos: CosmosServer;
let client: CosmosClient;

beforeAll(async () => {
  cosmos = await startCosmos();
  client = new CosmosClient({ endpoint: cosmos.endpoint, key: cosmos.key });
});

afterAll(() => cosmos.close());

function bindingsOf(...bindings: Partial<NamedBinding>[]) {
  const { context } = recordTrigger({
    binding: { name: 'unused', type: 'httpTrigger' },
    clock: systemClock,
    dataDir: '',
    env: { Db: cosmos.connectionString, DATABASE: 'shop' },
  });
  const complete = bindings.map((binding) => ({
    name: 'doc',
    type: 'cosmosDB',
    connection: 'Db',
    databaseName: '%DATABASE%',
    containerName: 'orders',
    ...binding,
  }));
  return createFunctionBindings(
    { ...context, bindings: complete },
    new Map([['cosmosdb', async () => createCosmosBinding()]]),
  );
}

test('cosmosDB output creates its container when asked to, and upserts every element', async () => {
  const bindings = await bindingsOf({ direction: 'out', createIfNotExists: true, partitionKey: '/customer' });
  const data = { json: '[{"id":"1","customer":"a","n":1},{"id":"2","customer":"b"}]' };
  await bindings.writeOutputs({ outputData: [{ name: 'doc', data }] }, {});
  const single = { json: '{"id":"1","customer":"a","n":2}' };
  await bindings.writeOutputs({ outputData: [{ name: 'doc', data: single }] }, {});
  const container = client.database('shop').container('orders');
  expect((await container.item('1', 'a').read()).resource).toMatchObject({ n: 2 });
  expect((await container.item('2', 'b').read()).resource).toMatchObject({ id: '2' });
});

test('cosmosDB input reads the item that the expressions name, or null', async () => {
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.createIfNotExists({ id: 'orders', partitionKey: '/customer' });
  await container.items.upsert({ id: '7', customer: 'c' });
  const bindings = await bindingsOf({ id: '{id}', partitionKey: '{Query.customer}' });
  const [found] = await bindings.readInputs({ id: '7', Query: { customer: 'c' } });
  expect(JSON.parse(found?.data.json ?? '')).toMatchObject({ id: '7', customer: 'c' });
  expect(await bindings.readInputs({ id: '8', Query: { customer: 'c' } })).toEqual([
    { name: 'doc', data: { json: 'null' } },
  ]);
  await expect(bindings.readInputs({})).rejects.toThrow('No value for named parameter');
});

test('cosmosDB bindings reject what they cannot use', async () => {
  await expect(bindingsOf({ databaseName: '' })).rejects.toThrow("'databaseName' is required");
  await expect(bindingsOf({ containerName: '' })).rejects.toThrow("'containerName' is required");
  await expect(bindingsOf({ connection: 'Nope' })).rejects.toThrow("connection 'Nope' is not set");
  await expect(bindingsOf({ databaseName: '%NOPE%' })).rejects.toThrow("'%NOPE%' does not resolve to a value.");
});

test('cosmosAddress() wants endpoint and key', () => {
  const text = 'AccountEndpoint=http://localhost:8081/;AccountKey=a2V5==;';
  expect(cosmosAddress('X', { X: text })).toEqual({ endpoint: 'http://localhost:8081/', key: 'a2V5==' });
  expect(() => cosmosAddress('X', { X: 'http://localhost' })).toThrow('needs AccountEndpoint and AccountKey');
});

test.each([
  ['a managed identity', { X__credential: 'ManagedIdentity' }, { kind: 'managed' }],
  ['one of several', { X__credential: 'managedidentity', X__clientId: 'c' }, { kind: 'managed', clientId: 'c' }],
  [
    'an application with a secret',
    { X__tenantId: 't', X__clientId: 'c', X__clientSecret: 's' },
    { kind: 'clientSecret', tenantId: 't', clientId: 'c', secret: 's' },
  ],
  ['whatever is found', {}, { kind: 'default' }],
])('cosmosAddress() takes %s', (_, settings, identity) => {
  const env = { X__accountEndpoint: 'https://localhost:8081/', ...settings };
  expect(cosmosAddress('X', env)).toEqual({ endpoint: 'https://localhost:8081/', identity });
});

test.each([
  ['without an account', { X__credential: 'managedidentity' }, "needs 'X__accountEndpoint'"],
  ['without TLS', { X__accountEndpoint: 'http://localhost:8081/' }, 'must be an https URL'],
  [
    'of another kind',
    { X__accountEndpoint: 'https://localhost', X__credential: 'workloadidentity' },
    'only managedidentity is emulated',
  ],
])('cosmosAddress() rejects an identity %s', (_, env, message) => {
  expect(() => cosmosAddress('X', env)).toThrow(message);
});

test.each(['{Query.pk}', '{headers.x-pk}', '{sys.utcnow}'])(
  'a sqlQuery with the dotted expression %s fails each invocation, as in Azure',
  async (expression) => {
    const bindings = await bindingsOf({ sqlQuery: `SELECT * FROM c WHERE c.customer = ${expression}` });
    await expect(bindings.readInputs({ Query: { pk: 'a' }, Headers: { 'x-pk': 'a' } })).rejects.toThrow(
      `The expression '${expression}' in sqlQuery does not resolve to a value`,
    );
  },
);
