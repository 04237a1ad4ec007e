import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('queries over feeds of resources', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
    for (const id of ['alpha', 'beta', 'gamma']) await account.client.databases.create({ id });
  });

  afterAll(() => account.close());

  it('databases.query() filters, sorts and takes parameters', async () => {
    const query = {
      query: 'SELECT VALUE d.id FROM d WHERE d.id > @id ORDER BY d.id DESC',
      parameters: [{ name: '@id', value: 'alpha' }],
    };
    expect((await account.client.databases.query(query).fetchAll()).resources).toEqual(['gamma', 'db', 'beta']);
  });

  it('databases.query() comes in pages', async () => {
    const iterator = account.client.databases.query('SELECT VALUE d.id FROM d', { maxItemCount: 3 });
    const first = await iterator.fetchNext();
    const second = await iterator.fetchNext();
    expect([first.resources, second.resources]).toEqual([['db', 'alpha', 'beta'], ['gamma']]);
    expect(iterator.hasMoreResults()).toBe(false);
  });

  it('containers.query() sees the containers of its database only', async () => {
    const container = await account.container({ defaultTtl: 60 });
    const query = { query: 'SELECT c.id, c.defaultTtl FROM root c' };
    const found = await account.client.database('db').containers.query(query).fetchAll();
    expect(found.resources).toEqual([{ id: container.id, defaultTtl: 60 }]);
    expect((await account.client.database('alpha').containers.query(query).fetchAll()).resources).toEqual([]);
  });

  it('offers.query() finds the offer of a container', async () => {
    const container = await account.container({ throughput: 700 });
    const { resource } = await container.read();
    const query = { query: `SELECT * FROM root WHERE root.resource = "${resource?._self}"` };
    const { resources } = await account.client.offers.query(query).fetchAll();
    expect(resources).toMatchObject([{ content: { offerThroughput: 700 } }]);
  });

  it('conflicts are none', async () => {
    const container = await account.container();
    expect((await container.conflicts.readAll().fetchAll()).resources).toEqual([]);
    expect((await container.conflicts.query('SELECT * FROM c').fetchAll()).resources).toEqual([]);
  });
});
