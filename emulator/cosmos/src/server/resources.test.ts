import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('databases, containers and offers, through the SDK', () => {
  let account: SdkAccount;

  beforeAll(async () => {
    account = await openSdkAccount();
  });

  afterAll(() => account.close());

  it('the account document keeps the SDK on the endpoint it was given', async () => {
    const { resource } = await account.client.getDatabaseAccount();
    expect(resource?.consistencyPolicy).toBe('Session');
  });

  it('a database is created once, read, listed and deleted', async () => {
    const { databases } = account.client;
    expect((await databases.create({ id: 'one more' })).statusCode).toBe(201);
    await expect(databases.create({ id: 'one more' })).rejects.toMatchObject({ code: 409 });
    expect((await account.client.database('one more').read()).resource).toMatchObject({ id: 'one more' });
    const { resources } = await databases.readAll().fetchAll();
    expect(resources.map(({ id }) => id)).toEqual(['db', 'one more']);
    expect((await account.client.database('one more').delete()).statusCode).toBe(204);
    await expect(account.client.database('one more').read()).rejects.toMatchObject({ code: 404 });
  });

  it('a container is listed, replaced with its etag, and rejects another partition key', async () => {
    const container = await account.container({ id: 'changing' });
    const { resource, etag } = await container.read();
    expect(resource).toMatchObject({ id: 'changing', indexingPolicy: { indexingMode: 'consistent' } });
    const partitionKey = { paths: ['/pk'] };
    const replaced = await container.replace({ id: 'changing', partitionKey, defaultTtl: 60 });
    expect(replaced.resource).toMatchObject({ defaultTtl: 60, _rid: resource?._rid });
    const accessCondition = { type: 'IfMatch', condition: etag };
    await expect(container.replace({ id: 'changing', partitionKey }, { accessCondition })).rejects.toMatchObject({
      code: 412,
    });
    await expect(container.replace({ id: 'changing', partitionKey: { paths: ['/x'] } })).rejects.toMatchObject({
      code: 400,
    });
    const { resources } = await account.client.database('db').containers.readAll().fetchAll();
    expect(resources.map(({ id }) => id)).toContain('changing');
  });

  it('a container made again under its name is another one, and empty', async () => {
    const first = await account.container({ id: 'again' });
    await first.items.create({ id: '1', pk: 'a' });
    const { resource } = await first.read();
    await first.delete();
    await expect(first.read()).rejects.toMatchObject({ code: 404 });
    const second = await account.container({ id: 'again' });
    expect((await second.read()).resource?._rid).not.toBe(resource?._rid);
    expect((await second.item('1', 'a').read()).statusCode).toBe(404);
  });

  it('deleting a database deletes its containers', async () => {
    const { database } = await account.client.databases.create({ id: 'doomed' });
    await database.containers.create({ id: 'c', partitionKey: '/pk' });
    await database.delete();
    await account.client.databases.create({ id: 'doomed' });
    await expect(database.container('c').read()).rejects.toMatchObject({ code: 404 });
  });

  it('resources are found by their _self links', async () => {
    const container = await account.container();
    const { resource } = await container.items.create({ id: 'linked', pk: 'a' });
    const rids = String(resource?._self).split('/');
    const byRid = account.client.database(rids[1] ?? '').container(rids[3] ?? '');
    expect((await byRid.item(rids[5] ?? '', 'a').read()).resource).toMatchObject({ id: 'linked' });
  });

  it('an offer is read through its container and replaced', async () => {
    const container = await account.container({ throughput: 500 });
    const { resource, offer } = await container.readOffer();
    expect(resource?.content).toMatchObject({ offerThroughput: 500 });
    const wanted = { ...resource, content: { ...resource?.content, offerThroughput: 600 } };
    await offer?.replace(wanted as Parameters<NonNullable<typeof offer>['replace']>[0]);
    expect((await offer?.read())?.resource?.content).toMatchObject({ offerThroughput: 600 });
    expect((await account.client.offers.readAll().fetchAll()).resources.length).toBeGreaterThan(0);
  });

  it('throughput gives a container a physical partition for each 6,000 RU/s, which share its items', async () => {
    const container = await account.container({ throughput: 18_000 });
    const { resources: ranges } = await container.readPartitionKeyRanges().fetchAll();
    expect(ranges).toHaveLength(3);
    expect([ranges[0]?.minInclusive, ranges[2]?.maxExclusive]).toEqual(['', 'FF']);
    const sessions = new Set<string>();
    for (let n = 0; n < 30; n++) {
      const { headers } = await container.items.create({ id: `i${n}`, pk: `p${n}` });
      sessions.add(String(headers['x-ms-session-token']).split(':')[0] ?? '');
      expect((await container.item(`i${n}`, `p${n}`).read()).statusCode).toBe(200);
    }
    expect([...sessions].sort()).toEqual(['0', '1', '2']);
  });

  it('autoscale throughput gives a container a physical partition for each 10,000 RU/s', async () => {
    const container = await account.container({ maxThroughput: 30_000 });
    expect((await container.readPartitionKeyRanges().fetchAll()).resources).toHaveLength(3);
  });

  it('autoscale settings are kept in the offer', async () => {
    const container = await account.container({ maxThroughput: 4000 });
    const { resource } = await container.readOffer();
    expect(resource?.content?.offerAutopilotSettings).toMatchObject({ maxThroughput: 4000 });
  });
});
