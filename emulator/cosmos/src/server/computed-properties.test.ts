import type { Container } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

let account: SdkAccount;
beforeAll(async () => {
  account = await openSdkAccount();
});
afterAll(() => account.close());

const computedProperties = [
  { name: 'lower', query: 'SELECT VALUE LOWER(c.name) FROM c' },
  { name: 'net', query: "SELECT VALUE item.price * (1 - item['discount']) FROM item" },
  { name: 'tagCount', query: 'SELECT VALUE ARRAY_LENGTH(ARRAY(SELECT VALUE t FROM t IN root.tags)) FROM root' },
  { name: 'stored', query: 'SELECT VALUE c.other ?? "none" FROM c' },
];

async function filled(throughput: number): Promise<Container> {
  const container = await account.container({ computedProperties, throughput });
  const items = [
    { id: '1', pk: 'a', name: 'Desk', price: 100, discount: 0.5, tags: ['x', 'y'], stored: 'hidden' },
    { id: '2', pk: 'b', name: 'CHAIR', price: 40, discount: 0, tags: ['x'] },
    { id: '3', pk: 'c', name: 'desk', price: 10, discount: 0 },
  ];
  for (const item of items) await container.items.create(item);
  return container;
}

describe.each([400, 25_000])('computed properties of a container of %d RU/s', (throughput) => {
  let container: Container;
  beforeAll(async () => {
    container = await filled(throughput);
  });

  test.each([
    ['SELECT c.id, c.lower FROM c WHERE c.lower = "chair"', [{ id: '2', lower: 'chair' }]],
    ['SELECT VALUE c["net"] FROM c ORDER BY c.net', [10, 40, 50]],
    ['SELECT VALUE c.id FROM c ORDER BY c.net DESC OFFSET 1 LIMIT 1', ['2']],
    ['SELECT c.lower, COUNT(1) AS n FROM c WHERE c.lower = "desk" GROUP BY c.lower', [{ lower: 'desk', n: 2 }]],
    ['SELECT VALUE COUNT(1) FROM c WHERE c.lower = "desk" AND c.price > 0', [2]],
    ['SELECT VALUE x.lower FROM x JOIN t IN x.tags WHERE t = "y"', ['desk']],
    ['SELECT VALUE c.id FROM c WHERE EXISTS (SELECT VALUE t FROM t IN c.tags WHERE c.tagCount = 2)', ['1']],
    ['SELECT VALUE c.stored FROM c WHERE c.id = "1"', ['none']],
    ['SELECT VALUE SUM(c.net) FROM c', [100]],
  ])('%s', async (query, expected) => {
    expect((await container.items.query(query).fetchAll()).resources).toEqual(expected);
  });

  test('are no part of the whole item', async () => {
    const { resources } = await container.items.query('SELECT * FROM c WHERE c.lower = "chair"').fetchAll();
    expect(resources).toMatchObject([{ id: '2', name: 'CHAIR' }]);
    expect(resources[0]).not.toHaveProperty('lower');
    expect((await container.item('2', 'b').read()).resource).not.toHaveProperty('net');
  });
});

test('replacing the container changes what is computed', async () => {
  const container = await filled(400);
  const { resource } = await container.read();
  const changed = [{ name: 'lower', query: 'SELECT VALUE UPPER(c.name) FROM c' }];
  await container.replace({ ...resource, id: container.id, computedProperties: changed });
  const { resources } = await container.items.query('SELECT VALUE c.lower FROM c WHERE c.id = "3"').fetchAll();
  expect(resources).toEqual(['DESK']);
});

test.each([
  'SELECT VALUE c.a FROM c WHERE c.a = 1',
  'SELECT DISTINCT VALUE c.a FROM c',
  'SELECT VALUE c.a FROM c ORDER BY c.a',
  'SELECT VALUE c.a FROM c OFFSET 0 LIMIT 1',
  'SELECT TOP 1 VALUE c.a FROM c',
  'SELECT VALUE COUNT(1) FROM c',
  'SELECT VALUE udf.f(c.a) FROM c',
  'SELECT VALUE RAND() FROM c',
  'SELECT VALUE GetCurrentDateTime() FROM c',
  'SELECT VALUE ST_DISTANCE(c.a, c.b) FROM c',
  'SELECT VALUE EXISTS (SELECT 1 FROM x IN c.a) FROM c',
  'SELECT VALUE c.computed FROM c',
  'SELECT VALUE @p FROM c',
  'SELECT VALUE 1',
  'SELECT VALUE t FROM t IN c.tags',
  'SELECT VALUE t FROM c JOIN t IN c.tags',
  'SELECT VALUE a FROM c.a',
  'SELECT VALUE LOWER(c.a FROM c',
  'SELECT VALUE (SELECT VALUE MAX(x) FROM x IN c.a) FROM c',
])('a container that computes %s is rejected', async (query) => {
  const created = account.container({ computedProperties: [{ name: 'computed', query }] });
  await expect(created).rejects.toMatchObject({ code: 400 });
});
