import type { Container, ContainerDefinition, FeedOptions } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

// The SDK types these words as enums.
const definition = {
  vectorEmbeddingPolicy: {
    vectorEmbeddings: [
      { path: '/cosine', dataType: 'float32', dimensions: 2, distanceFunction: 'cosine' },
      { path: '/place', dataType: 'float32', dimensions: 2, distanceFunction: 'euclidean' },
      { path: '/"scaled"/size', dataType: 'float32', dimensions: 2, distanceFunction: 'dotproduct' },
    ],
  },
  fullTextPolicy: { defaultLanguage: 'en-US', fullTextPaths: [{ path: '/text', language: 'en-US' }] },
  indexingPolicy: { fullTextIndexes: [{ path: '/text' }] },
} as ContainerDefinition;

const TEXTS = ['red bicycle in the park', 'blue bicycle', 'a red car', 'swimming pool', 'bicycle, bicycle, bicycle'];

let account: SdkAccount;
const containers = new Map<string, Container>();

beforeAll(async () => {
  account = await openSdkAccount();
  for (const [name, throughput] of [
    ['one physical partition', 400],
    ['three', 25_000],
  ] as const) {
    const container = await account.container({ ...definition, throughput });
    for (const [n, text] of TEXTS.entries()) {
      const item = { id: `${n}`, pk: `p${n}`, text, cosine: [n, 1], place: [n, 0], scaled: { size: [n, 1] } };
      await container.items.create(item);
    }
    containers.set(name, container);
  }
});
afterAll(() => account.close());

async function idsOf(name: string, query: string, options: FeedOptions = {}): Promise<unknown> {
  const { resources } = await (containers.get(name) as Container).items.query(query, options).fetchAll();
  return resources.map(({ id }: { id: string }) => id).join('');
}

describe.each(['one physical partition', 'three'])('a container of %s', (name) => {
  test.each([
    ['VectorDistance(c.cosine, [0, 1])', '012'],
    ['VectorDistance(c.place, [3, 0])', '324'],
    ['VectorDistance([3, 0], c["place"])', '324'],
    ['VectorDistance(c.scaled.size, [1, 0])', '432'],
    ["VectorDistance(c.cosine, [0, 1], false, { 'distanceFunction': 'Euclidean' })", '012'],
    ["VectorDistance(c.cosine, [4, 1], true, { 'distanceFunction': 'euclidean' })", '432'],
    ['RANK FullTextScore(c.text, "bicycle")', '410'],
    ['RANK RRF(FullTextScore(c.text, "bicycle"), VectorDistance(c.place, [1, 0]))', '104'],
    ['RANK RRF(FullTextScore(c.text, "bicycle"), VectorDistance(c.place, [3, 0]), [0.01, 10])', '342'],
    ['RANK RRF(FullTextScore(c.text, "bicycle"), VectorDistance(c.place, [3, 0]), [10, 0.01])', '410'],
  ])('sorts by %s', async (order, expected) => {
    const query = `SELECT TOP 3 c.id FROM c ORDER BY ${order}`;
    for (const options of [{}, { forceQueryPlan: true }, { enableQueryControl: true }])
      expect([...String(await idsOf(name, query, options))].sort()).toEqual([...expected].sort());
    expect(String(await idsOf(name, query))[0]).toBe(expected[0]);
  });

  test('the SDK asks for TOP or LIMIT when vectors sort', async () => {
    const query = 'SELECT c.id FROM c ORDER BY VectorDistance(c.place, [3, 0])';
    await expect(idsOf(name, query)).rejects.toThrow(/TOP or LIMIT/);
    expect(await idsOf(name, query, { allowUnboundedNonStreamingQueries: true })).toMatch(/^3/);
    expect(await idsOf(name, query, { partitionKey: 'p1' })).toBe('1');
  });
});
