import type { Container } from '@azure/cosmos';
import { VirtualClock } from '@lazurite/runtime';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('items, through the SDK', () => {
  let account: SdkAccount;
  let container: Container;
  const clock = new VirtualClock(Date.now());

  beforeAll(async () => {
    account = await openSdkAccount({ clock });
    container = await account.container();
  });

  afterAll(() => account.close());

  it('create() answers 201 with the item and its system properties', async () => {
    const { statusCode, resource, headers } = await container.items.create({
      id: 'created',
      pk: 'a',
      deep: { n: [1] },
    });
    expect(statusCode).toBe(201);
    expect(resource).toMatchObject({ id: 'created', pk: 'a', deep: { n: [1] }, _attachments: 'attachments/' });
    expect(resource?._ts).toBe(Math.floor(clock.now() / 1000));
    expect(resource?._etag).toBe(headers.etag);
    expect(Buffer.from(String(headers['x-ms-content-path']), 'base64')).toHaveLength(8);
    expect(headers['x-ms-session-token']).toMatch(/^0:-1#\d+$/);
  });

  it('create() answers 409 when the id exists in the partition, and 201 in another', async () => {
    await container.items.create({ id: 'twice', pk: 'a' });
    await expect(container.items.create({ id: 'twice', pk: 'a' })).rejects.toMatchObject({ code: 409 });
    expect((await container.items.create({ id: 'twice', pk: 'b' })).statusCode).toBe(201);
  });

  it('create() of one id 20 times at once lets exactly one through', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => container.items.create({ id: 'raced', pk: 'a' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    'with space',
    'q?uestion',
    'per%cent',
    'pl+us',
    "quo'te",
    '"double"',
    'ünïcødé-漢字-🚀',
    'a&b=c',
    '%2F',
    'end ',
  ])('an item with the id %j can be created, read, replaced and deleted', async (id) => {
    await container.items.create({ id, pk: 'ids' });
    const item = container.item(id, 'ids');
    expect((await item.read()).resource).toMatchObject({ id });
    expect((await item.replace({ id, pk: 'ids', n: 2 })).resource).toMatchObject({ id, n: 2 });
    expect((await item.delete()).statusCode).toBe(204);
    expect((await item.read()).statusCode).toBe(404);
  });

  it.each([
    ['text', 'ü漢🚀'],
    ['number', 3.5],
    ['negative', -1],
    ['true', true],
    ['false', false],
    ['null', null],
  ])('a partition key of the kind %s finds its item', async (kind, pk) => {
    await container.items.create({ id: `pk-${kind}`, pk });
    expect((await container.item(`pk-${kind}`, pk).read()).resource).toMatchObject({ id: `pk-${kind}`, pk });
  });

  it('an item without a partition key is found under none, and not under null', async () => {
    await container.items.create({ id: 'keyless' });
    expect((await container.item('keyless', undefined).read()).statusCode).toBe(200);
    expect((await container.item('keyless', null).read()).statusCode).toBe(404);
  });

  it('upsert() answers 201, then 200, and keeps the rid', async () => {
    const first = await container.items.upsert({ id: 'up', pk: 'a', n: 1 });
    const second = await container.items.upsert({ id: 'up', pk: 'a', n: 2 });
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.resource).toMatchObject({ n: 2, _rid: first.resource?._rid });
    expect(second.resource?._etag).not.toBe(first.resource?._etag);
  });

  it('replace() and delete() answer 412 when the item has changed, and 404 when it is not there', async () => {
    const { item, etag } = await container.items.create({ id: 'guarded', pk: 'a' });
    await item.replace({ id: 'guarded', pk: 'a', n: 2 });
    const accessCondition = { type: 'IfMatch', condition: etag };
    await expect(item.replace({ id: 'guarded', pk: 'a' }, { accessCondition })).rejects.toMatchObject({ code: 412 });
    await expect(item.delete({ accessCondition })).rejects.toMatchObject({ code: 412 });
    expect((await item.read()).resource).toMatchObject({ n: 2 });
    const absent = container.item('absent', 'a');
    await expect(absent.replace({ id: 'absent', pk: 'a' })).rejects.toMatchObject({ code: 404 });
    await expect(absent.delete()).rejects.toMatchObject({ code: 404 });
  });

  it('read() answers 304 when the client has the current state', async () => {
    const { item, etag } = await container.items.create({ id: 'cached', pk: 'a' });
    const accessCondition = { type: 'IfNoneMatch', condition: etag };
    expect((await item.read({ accessCondition })).statusCode).toBe(304);
    await item.replace({ id: 'cached', pk: 'a', n: 1 });
    expect((await item.read({ accessCondition })).statusCode).toBe(200);
  });

  it('system properties of a client are replaced by the server’s', async () => {
    const { resource } = await container.items.create({
      id: 'sys',
      pk: 'a',
      _rid: 'mine',
      _ts: 1,
      _etag: 'x',
      _own: 1,
    });
    expect(resource?._rid).not.toBe('mine');
    expect(resource?._ts).not.toBe(1);
    expect(resource).toMatchObject({ _own: 1 });
  });

  it('an item larger than 2 MB is rejected with 413', async () => {
    const pad = 'x'.repeat(2 * 1024 * 1024);
    await expect(container.items.create({ id: 'large', pk: 'a', pad })).rejects.toMatchObject({ code: 413 });
  });

  it('an item expires at once when its time to live is over, and its id is free again', async () => {
    const expiring = await account.container({ defaultTtl: 60 });
    await expiring.items.create({ id: 'default', pk: 'a' });
    await expiring.items.create({ id: 'own', pk: 'a', ttl: 10 });
    await expiring.items.create({ id: 'never', pk: 'a', ttl: -1 });
    await clock.advance(10_000);
    expect((await expiring.item('own', 'a').read()).statusCode).toBe(404);
    expect((await expiring.item('default', 'a').read()).statusCode).toBe(200);
    await clock.advance(50_000);
    expect((await expiring.item('default', 'a').read()).statusCode).toBe(404);
    expect((await expiring.item('never', 'a').read()).statusCode).toBe(200);
    expect((await expiring.items.create({ id: 'own', pk: 'a' })).statusCode).toBe(201);
  });

  it('containers without a partition key keep items under an empty key', async () => {
    const unpartitioned = await account.container({ partitionKey: undefined as never });
    await unpartitioned.items.create({ id: 'x' });
    expect((await unpartitioned.item('x').read()).statusCode).toBe(200);
    expect((await unpartitioned.item('x').replace({ id: 'x', n: 1 })).resource).toMatchObject({ n: 1 });
    expect((await unpartitioned.item('x').patch([{ op: 'incr', path: '/n', value: 1 }])).resource).toMatchObject({
      n: 2,
    });
    expect((await unpartitioned.item('x').delete()).statusCode).toBe(204);
  });

  it('unique keys are enforced inside a partition and follow replace and delete', async () => {
    const unique = await account.container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/name', '/street'] }] } });
    const first = await unique.items.create({ id: '1', pk: 'a', name: 'n', street: 's' });
    await unique.items.create({ id: '2', pk: 'a', name: 'n', street: 't' });
    await unique.items.create({ id: '1', pk: 'b', name: 'n', street: 's' });
    await expect(unique.items.create({ id: '3', pk: 'a', name: 'n', street: 's' })).rejects.toMatchObject({
      code: 409,
    });
    await expect(unique.items.upsert({ id: '2', pk: 'a', name: 'n', street: 's' })).rejects.toMatchObject({
      code: 409,
    });
    await first.item.replace({ id: '1', pk: 'a', name: 'n', street: 'u' });
    await unique.items.upsert({ id: '2', pk: 'a', name: 'n', street: 's' });
    await unique.item('2', 'a').delete();
    expect((await unique.items.create({ id: '3', pk: 'a', name: 'n', street: 's' })).statusCode).toBe(201);
  });
});
