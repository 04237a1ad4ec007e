import type { Container, IndexingPolicy } from '@azure/cosmos';
import { sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

interface Metrics {
  readonly UtilizedIndexes: MetricsPart;
  readonly PotentialIndexes: MetricsPart;
}

interface MetricsPart {
  readonly SingleIndexes: readonly { readonly IndexSpec: string; readonly IndexImpactScore?: string }[];
  readonly CompositeIndexes: readonly { readonly IndexSpecs: readonly string[] }[];
}

describe('index metrics', () => {
  let account: SdkAccount;
  const containers = new Map<string, Container>();

  beforeAll(async () => {
    account = await openSdkAccount();
  });

  afterAll(() => account.close());

  /** A container whose policy has these composite indexes, each written as `name, age DESC`. */
  async function containerWith(indexes: readonly string[]): Promise<Container> {
    const key = indexes.join(' and ');
    const known = containers.get(key);
    if (known) return known;
    const compositeIndexes = indexes.map((index) =>
      index.split(', ').map((step) => {
        const [name, direction] = step.split(' ');
        return { path: `/${name}`, order: direction === 'DESC' ? ('descending' as const) : ('ascending' as const) };
      }),
    );
    const indexingPolicy = {
      indexingMode: 'consistent',
      includedPaths: [{ path: '/*' }],
      excludedPaths: [{ path: '/hidden/?' }],
      ...(indexes.length > 0 && { compositeIndexes }),
    } as IndexingPolicy; // the SDK's type has its own enum for the order
    const container = await account.container({ indexingPolicy });
    await container.items.create({ id: '1', pk: 1, name: 'John', age: 18, town: 'Redmond', timestamp: 5 });
    containers.set(key, container);
    return container;
  }

  async function headerOf(container: Container, query: string, headers: Record<string, string>) {
    const response = await sendRaw(account.server, {
      method: 'POST',
      path: `/dbs/db/colls/${container.id}/docs`,
      headers: {
        'content-type': 'application/query+json',
        'x-ms-documentdb-isquery': 'true',
        'x-ms-documentdb-query-enablecrosspartition': 'true',
        ...headers,
      },
      body: JSON.stringify({ query }),
    });
    return response.headers['x-ms-cosmos-index-utilization'] as string | undefined; // no list of headers
  }

  async function metricsOf(query: string, indexes: readonly string[] = []) {
    const container = await containerWith(indexes);
    const { indexMetrics } = await container.items.query(query, { populateIndexMetrics: true }).fetchNext();
    const { UtilizedIndexes, PotentialIndexes } = JSON.parse(indexMetrics) as Metrics;
    const listed = ({ SingleIndexes, CompositeIndexes }: MetricsPart) => ({
      single: SingleIndexes.map(({ IndexSpec }) => IndexSpec),
      composite: CompositeIndexes.map(({ IndexSpecs }) => IndexSpecs.join(', ')),
    });
    return { used: listed(UtilizedIndexes), potential: listed(PotentialIndexes) };
  }

  // Source: "Indexing metrics in Azure Cosmos DB".
  it.each([
    [
      'SELECT TOP 10 c.id FROM c WHERE c.Item = "value1234" AND c.Price > 2',
      ['/Item/?', '/Price/?'],
      ['/Item ASC, /Price ASC'],
    ],
    [
      'SELECT c.id FROM c WHERE c.name = "Tim" AND c.age > 15 AND c.town = "Redmond" AND c.timestamp > 2349230183',
      ['/name/?', '/age/?', '/town/?', '/timestamp/?'],
      ['/name ASC, /town ASC, /age ASC', '/name ASC, /town ASC, /timestamp ASC'],
    ],
    ['SELECT * FROM c WHERE c.name = "Samer"', ['/name/?'], []],
  ])('are those that the documentation shows for %s', async (query, single, composite) => {
    expect(await metricsOf(query)).toEqual({
      used: { single, composite: [] },
      potential: { single: [], composite },
    });
  });

  // Source: the tables of "Indexing policies in Azure Cosmos DB", composite indexes.
  it.each<[query: string, indexes: readonly string[], used: readonly string[]]>([
    ['SELECT * FROM c WHERE c.name = "John" AND c.age = 18', ['name, age'], ['/name ASC, /age ASC']],
    ['SELECT * FROM c WHERE c.name = "John" AND c.age > 18', ['name, age'], ['/name ASC, /age ASC']],
    ['SELECT COUNT(1) FROM c WHERE c.name = "John" AND c.age > 18', ['name, age'], ['/name ASC, /age ASC']],
    ['SELECT * FROM c WHERE c.name = "John" AND c.age > 18', ['name DESC, age'], ['/name DESC, /age ASC']],
    ['SELECT * FROM c WHERE c.name != "John" AND c.age > 18', ['name, age'], []],
    [
      'SELECT * FROM c WHERE c.name = "John" AND c.age = 18 AND c.timestamp > 123049923',
      ['name, age, timestamp'],
      ['/name ASC, /age ASC, /timestamp ASC'],
    ],
    ['SELECT * FROM c WHERE c.name = "John" AND c.age < 18 AND c.timestamp = 123049923', ['name, age, timestamp'], []],
    [
      'SELECT * FROM c WHERE c.name = "John" AND c.age < 18 AND c.timestamp > 123049923',
      ['name, age', 'name, timestamp'],
      ['/name ASC, /age ASC', '/name ASC, /timestamp ASC'],
    ],
    [
      'SELECT * FROM c WHERE c.name = "John" ORDER BY c.name ASC, c.timestamp ASC',
      ['name, timestamp'],
      ['/name ASC, /timestamp ASC'],
    ],
    ['SELECT * FROM c WHERE c.name = "John" ORDER BY c.timestamp ASC', ['name, timestamp'], []],
    ['SELECT * FROM c ORDER BY c.name DESC, c.age ASC', ['name, age DESC'], ['/name ASC, /age DESC']],
    ['SELECT AVG(c.timestamp) FROM c WHERE c.name = "John"', ['name, timestamp'], ['/name ASC, /timestamp ASC']],
    ['SELECT AVG(c.timestamp) FROM c WHERE c.name = "John"', ['timestamp, name'], []],
    ['SELECT AVG(c.timestamp) FROM c WHERE c.name > "John"', ['name, timestamp'], []],
    [
      'SELECT AVG(c.timestamp) FROM c WHERE c.name = "John" AND c.age = 25',
      ['name, age, timestamp'],
      ['/name ASC, /age ASC, /timestamp ASC'],
    ],
    ['SELECT AVG(c.timestamp) FROM c WHERE c.name = "John" AND c.age > 25', ['name, age, timestamp'], []],
  ])('of %s with %j name the composite indexes %j', async (query, indexes, used) => {
    expect((await metricsOf(query, indexes)).used.composite).toEqual(used);
  });

  it('no longer name a composite index as potential that is there, in any direction', async () => {
    const query = 'SELECT * FROM c WHERE c.name = "John" AND c.age > 18 AND c.town = "x"';
    expect((await metricsOf(query, ['town DESC, name, age'])).potential.composite).toEqual([]);
    expect((await metricsOf(query, ['name, age'])).potential.composite).toEqual(['/name ASC, /town ASC, /age ASC']);
  });

  it.each([
    ['SELECT * FROM c WHERE c.hidden = 1', [], ['/hidden/?']],
    ['SELECT * FROM c WHERE c.name = "a" OR c.town = "b"', ['/name/?', '/town/?'], []],
    ['SELECT * FROM c ORDER BY c.age', ['/age/?'], []],
    ['SELECT * FROM c JOIN t IN c.tags WHERE t.name = "a"'.replace('*', 'VALUE c'), ['/tags/[]/name/?'], []],
    ['SELECT * FROM c WHERE EXISTS(SELECT 1 FROM t IN c.tags WHERE t = "a")', ['/tags/[]/?'], []],
    ['SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, "a")', ['/tags/[]/?'], []],
    ['SELECT * FROM c WHERE c["first name"] = "a"', ['/"first name"/?'], []],
    ['SELECT * FROM c WHERE STARTSWITH(c.name, "a") AND c.a.b IN (1, 2)', ['/name/?', '/a/b/?'], []],
    ['SELECT * FROM c WHERE UPPER(c.name) = "A"', [], []],
    ['SELECT * FROM c WHERE c.name = c.town', [], []],
    ['SELECT * FROM c', [], []],
  ])('of %s name the paths %j, and %j as potential', async (query, used, potential) => {
    const metrics = await metricsOf(query);
    expect([metrics.used.single, metrics.potential.single]).toEqual([used, potential]);
  });

  it('of version 1 are JSON in base64, with the condition that each index serves', async () => {
    const container = await containerWith([]);
    const query = 'SELECT * FROM c WHERE c.name = "c.name" AND CONTAINS(c.town, "a") AND c.age >= 18';
    const header = await headerOf(container, query, { 'x-ms-cosmos-populateindexmetrics': 'true' });
    const text = Buffer.from(header ?? '', 'base64').toString();
    const index = (FilterExpression: string, IndexSpec: string, IndexImpactScore: string) => ({
      FilterExpression,
      IndexSpec,
      FilterPreciseSet: true,
      IndexPreciseSet: true,
      IndexImpactScore,
    });
    expect(JSON.parse(text)).toEqual({
      UtilizedSingleIndexes: [
        index('(ROOT.name = "c.name")', '/name/?', 'High'),
        index('CONTAINS(ROOT.town, "a")', '/town/?', 'Low'),
        index('(ROOT.age >= 18)', '/age/?', 'High'),
      ],
      PotentialSingleIndexes: [],
      UtilizedCompositeIndexes: [],
      PotentialCompositeIndexes: [
        { IndexSpecs: ['/name ASC', '/age ASC'], IndexPreciseSet: true, IndexImpactScore: 'High' },
      ],
    });
  });

  it('are absent unless they are asked for', async () => {
    const container = await containerWith([]);
    expect(await headerOf(container, 'SELECT * FROM c WHERE c.age = 1', {})).toBeUndefined();
  });
});
