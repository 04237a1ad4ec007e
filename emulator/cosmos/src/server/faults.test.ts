import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos';
import { type Log, silentLog, VirtualClock } from '@lazurite/runtime';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { openIdleConnections } from '../testing/idle-connections.ts';
import { openSdkAccount } from '../testing/sdk-account.ts';
import { serveStore } from '../testing/serve-store.ts';

describe('when the disk is full', () => {
  it('writes are answered 503 and leave nothing, reads go on, and writes are served again when there is space', async () => {
    const directory = makeDataDirectory();
    const opened = openDatabase(directory.path);
    const { database } = opened;
    const store = new SqliteStore(opened);
    const server = await serveStore(store);
    const client = new CosmosClient({
      endpoint: `http://127.0.0.1:${server.port}`,
      key: server.key,
      connectionPolicy: { retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0 } as never },
    });
    const { database: db } = await client.databases.create({ id: 'db' });
    const { container } = await db.containers.create({ id: 'c', partitionKey: '/pk' });
    const pad = 'x'.repeat(20_000);
    const { headers } = await container.items.create({ id: 'before', pk: 'a' });

    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages + 1}`);
    const writes = await Promise.allSettled([
      container.items.create({ id: 'point', pk: 'a', pad }),
      container.items.batch([{ operationType: 'Create', resourceBody: { id: 'batch', pk: 'a', pad } }], 'a'),
      container.item('before', 'a').patch([{ op: 'set', path: '/pad', value: pad }]),
    ]);
    // The SDK wraps the error of a batch.
    const codes = writes.map((one) => one.status === 'rejected' && (one.reason.code ?? one.reason.cause?.code));
    expect(codes).toEqual([503, 503, 503]);
    expect((await container.item('before', 'a').read()).resource).not.toHaveProperty('pad');

    database.exec('PRAGMA max_page_count = 1000000');
    const after = await container.items.create({ id: 'after', pk: 'a', pad });
    expect(Number(after.headers['x-ms-item-lsn'])).toBe(Number(headers['x-ms-item-lsn']) + 1);
    for (const id of ['point', 'batch']) expect((await container.item(id, 'a').read()).statusCode).toBe(404);
    client.dispose();
    await server.close();
    store.close();
    directory.remove();
  });
});

describe('when a stored item is damaged', () => {
  it('every way to it answers 500 and the log names it, while other items are served and written', async () => {
    const directory = makeDataDirectory();
    const opened = openDatabase(directory.path);
    const store = new SqliteStore(opened);
    const messages: string[] = [];
    const log: Log = { ...silentLog, error: (_, message) => messages.push(message) };
    const server = await serveStore(store, { log });
    const client = new CosmosClient({ endpoint: `http://127.0.0.1:${server.port}`, key: server.key });
    const { database: db } = await client.databases.create({ id: 'db' });
    const { container } = await db.containers.create({ id: 'c', partitionKey: '/pk' });
    for (const id of ['good', 'bad']) await container.items.create({ id, pk: 'a', text: 'as it was' });
    opened.database.exec("UPDATE items SET body = replace(body, 'as it was', 'as it wos') WHERE id = 'bad'");

    const bad = container.item('bad', 'a');
    const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    const attempts: (() => Promise<unknown>)[] = [
      () => bad.read(),
      () => bad.replace({ id: 'bad', pk: 'a' }),
      () => bad.patch([{ op: 'set', path: '/x', value: 1 }]),
      () => bad.delete(),
      () => container.items.upsert({ id: 'bad', pk: 'a' }),
      () => container.items.query('SELECT * FROM c').fetchAll(),
      () => container.items.readAll().fetchAll(),
      () => feed.readNext(),
    ];
    const outcomes = await Promise.allSettled(
      [...attempts, () => container.items.create({ id: 'new', pk: 'a' })].map((run) => run()),
    );
    const codes = outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : 'done'));
    expect(codes).toEqual([...attempts.map(() => 500), 'done']);
    expect(messages.every((message) => message.includes('item number 2 is damaged'))).toBe(true);
    expect(messages).toHaveLength(attempts.length);
    expect((await container.item('good', 'a').read()).statusCode).toBe(200);
    client.dispose();
    await server.close();
    store.close();
    directory.remove();
  });
});

describe('when the clock is set back', () => {
  it('LSNs go on, what has been written is there, and nothing expires twice', async () => {
    const clock = new VirtualClock(Date.now());
    const account = await openSdkAccount({ clock });
    const container = await account.container({ defaultTtl: 300 });
    const first = await container.items.create({ id: '1', pk: 'a' });
    clock.set(clock.now() - 10 * 60_000);
    const second = await container.items.create({ id: '2', pk: 'a' });
    expect(Number(second.headers.lsn)).toBe(Number(first.headers.lsn) + 1);
    expect(second.resource?._ts).toBeLessThan(first.resource?._ts ?? 0);
    expect((await container.item('1', 'a').read()).statusCode).toBe(200);
    clock.set(clock.now() + 301_000);
    expect((await container.item('2', 'a').read()).statusCode).toBe(404);
    expect((await container.item('1', 'a').read()).statusCode).toBe(200);
    await account.close();
  });
});

describe('clients that behave badly', () => {
  const HEAD = 'POST /dbs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

  async function open(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it('that stop in the middle of a request keep nobody else from being served, nor the server from closing', async () => {
    const account = await openSdkAccount();
    const { port } = account.server;
    for (const start of [
      'PO',
      HEAD,
      `${HEAD}content-length: 100\r\n\r\n{"id"`,
      `${HEAD}transfer-encoding: chunked\r\n\r\n5`,
    ])
      for (let n = 0; n < 10; n += 1) (await open(port)).write(start);
    expect((await account.client.database('db').read()).statusCode).toBe(200);
    await account.close();
  });

  it('that go away before their body is complete write nothing', async () => {
    const account = await openSdkAccount();
    const container = await account.container();
    const { headers } = await container.items.create({ id: 'x', pk: 'a' });
    const path = `/dbs/db/colls/${container.id}/docs`;
    for (let n = 0; n < 10; n += 1) {
      const socket = await open(account.server.port);
      socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"id":"half","pk":"a"}`);
      socket.destroy();
    }
    await delay(50);
    const next = await container.items.create({ id: 'y', pk: 'a' });
    expect(Number(next.headers.lsn)).toBe(Number(headers.lsn) + 1);
    await account.close();
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['two lengths', `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`],
    ['a length and chunks', `${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['headers of 64 KB', `GET / HTTP/1.1\r\nx: ${'x'.repeat(65_536)}\r\n\r\n`],
    ['a chunk without length', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`],
  ])('that send %s are rejected, and the server goes on', async (_, bytes) => {
    const account = await openSdkAccount();
    const socket = await open(account.server.port);
    let received = '';
    socket.on('data', (chunk) => (received += chunk));
    socket.write(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received === '' || received.startsWith('HTTP/1.1 4')).toBe(true); // or reset, when bytes were left unread
    expect((await account.client.database('db').read()).statusCode).toBe(200);
    await account.close();
  });

  it('that open 1,000 connections and say nothing keep nobody from being served', async () => {
    const account = await openSdkAccount();
    const sockets = await openIdleConnections(account.server.port, 1_000);
    expect((await account.client.database('db').read()).statusCode).toBe(200);
    for (const socket of sockets) socket.destroy();
    await account.close();
  });
});
