import { mkdtemp, rm } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleNameMapper } from '@lazurite/functions/jest';
import { openWorld } from './open-world.ts';
import type { World, WorldOptions } from './world.ts';

// What the mapper does for a whole configuration.
jest.mock('@azure/functions-core', () => jest.requireActual(Object.values(moduleNameMapper)[0] ?? ''), {
  virtual: true,
});

const app = fileURLToPath(new URL('../testing/world-app', import.meta.url));
const open = (options: WorldOptions = {}) =>
  openWorld({ app, time: '2026-01-01T00:00:00Z', appTime: 'world', ...options });

let world: World;
beforeAll(async () => {
  world = await open();
});
afterAll(() => world.close());

const post = (id: string, of: World = world) =>
  of.fetch('/api/orders', { method: 'POST', body: JSON.stringify({ id }) });
const get = async (of: World = world): Promise<unknown> => (await of.fetch('/api/orders')).json();
const messagesOf = (of: World) =>
  of.logs.filter(({ category }) => category.startsWith('Function.')).map(({ message }) => message);

async function isolated<T>(work: () => Promise<T>): Promise<T> {
  const before = await world.snapshot();
  try {
    return await work();
  } finally {
    await world.restore(before);
    before.release();
  }
}

test('a request, its write, the change feed and the SDK of a test see one world, at its time', async () => {
  await isolated(async () => {
    const response = await post('a');
    await world.settled();
    expect(response.status).toBe(201);
    expect(world.chargeOf(response)).toBeGreaterThan(5);
    const { resources } = await world.cosmos.container('shop', 'orders').items.readAll().fetchAll();
    expect(resources).toMatchObject([{ id: 'a', at: '2026-01-01T00:00:00.000Z', _ts: 1_767_225_600 }]);
    expect(messagesOf(world)).toEqual(['created a', 'followed a']);
  });
});

test('advance() fires a daily timer as often as days pass, each at its time', async () => {
  await isolated(async () => {
    const { fired, to } = await world.advance('3d');
    expect([to, fired.map(({ functionName, at }) => [functionName, at])]).toEqual([
      '2026-01-04T00:00:00.000Z',
      ['01', '02', '03'].map((day) => ['daily', `2026-01-${day}T03:00:00.000Z`]),
    ]);
    expect(messagesOf(world).at(-1)).toBe('ran at 2026-01-03T03:00:00.000Z');
  });
});

test('a queue message fires its function, whose output is a message', async () => {
  await isolated(async () => {
    await world.queue('to-ship').send({ id: 7 });
    await world.settled();
    expect(await world.queue('shipped').messages()).toEqual([{ id: 7, shipped: true }]);
    expect(await world.queue('to-ship').messages()).toEqual([]);
  });
});

test('a hidden message fires its function when it becomes visible, and a failing one ends in the poison queue', async () => {
  await isolated(async () => {
    await world.queue('to-ship').send({ id: 8 }, { visibleInSeconds: 3_600 });
    await world.queue('to-ship').send({ id: 9, fails: true });
    expect((await world.advance('30m')).fired.map(({ functionName }) => functionName)).toEqual([]);
    expect(await world.queue('to-ship-poison').messages()).toEqual([{ id: 9, fails: true }]);
    const { fired } = await world.advance('31m');
    expect(fired).toMatchObject([{ functionName: 'ship', at: '2026-01-01T01:00:00.000Z' }]);
    expect(await world.queue('shipped').messages()).toEqual([{ id: 8, shipped: true }]);
  });
});

test('a blob fires its function, once for each version', async () => {
  await isolated(async () => {
    await world.blob('incoming').put('note.txt', 'one');
    await world.settled();
    await world.blob('incoming').put('note.txt', 'two');
    await world.settled();
    await world.advance('1h');
    expect(messagesOf(world)).toEqual(['read note.txt: one', 'read note.txt: two']);
  });
});

test('restore() takes data, time, queues, blobs, timers, feeds and logs back, as often as wanted', async () => {
  await isolated(async () => {
    await post('kept');
    await world.queue('to-ship').send({ id: 1 }, { visibleInSeconds: 600 });
    const before = await world.snapshot();
    const [time, timeline] = [world.now, world.timeline()];
    for (let round = 0; round < 3; round++) {
      await post(`gone ${round}`);
      await world.blob('incoming').put('a', 'b');
      const { fired } = await world.advance('1d');
      expect(fired.map(({ functionName }) => functionName)).toEqual(['ship', 'daily']);
      expect(messagesOf(world)).toContain(`followed gone ${round}`);
      await world.restore(before);
      expect([world.now, world.timeline()]).toEqual([time, timeline]);
      expect(await get()).toMatchObject([{ id: 'kept' }]);
      expect(await world.blob('incoming').list()).toEqual([]);
      expect(await world.queue('shipped').messages()).toEqual([]);
    }
  });
});

test('a snapshot that was released, or is later than one that was restored, is gone', async () => {
  await isolated(async () => {
    const first = await world.snapshot();
    const second = await world.snapshot();
    await world.restore(first);
    await expect(world.restore(second)).rejects.toMatchObject({ code: 'SnapshotGone' });
    first.release();
    await expect(world.restore(first)).rejects.toMatchObject({ code: 'SnapshotGone' });
  });
});

test('fork() gives a world that goes its own way, with the same app', async () => {
  await isolated(async () => {
    await post('both');
    await world.queue('to-ship').send({ id: 5 }, { visibleInSeconds: 60 });
    const other = await world.fork();
    await post('here');
    await post('there', other);
    await Promise.all([world.settled(), other.settled()]);
    expect(await get()).toMatchObject([{ id: 'both' }, { id: 'here' }]);
    expect(await get(other)).toMatchObject([{ id: 'both' }, { id: 'there' }]);
    expect(messagesOf(other)).toEqual(['created there', 'followed there']);
    const { fired } = await other.advance('1d');
    expect(fired.map(({ functionName }) => functionName)).toEqual(['ship', 'daily']);
    expect(world.now).toBe(Date.parse('2026-01-01T00:00:00Z'));
    await other.close();
  });
});

test('the same calls give the same timeline, faults included', async () => {
  await isolated(async () => {
    const stories: string[] = [];
    for (let round = 0; round < 3; round++) {
      const other = await world.fork();
      other.faults.add({ service: 'cosmos', operation: 'create', status: 429, retryAfterMs: 1 });
      await post('a', other);
      await other.queue('to-ship').send({ id: 1 }, { visibleInSeconds: 60 });
      await other.advance('1d');
      stories.push(other.timeline());
      await other.close();
    }
    expect(stories[0]?.split('\n').length).toBeGreaterThan(20);
    expect(new Set(stories).size).toBe(1);
  });
});

test('save() writes a file from which a world goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lazurite-'));
  await isolated(async () => {
    await post('kept');
    await world.blob('out').put('a.txt', 'x');
    await world.advance('2h');
    await world.save(join(folder, 'bug.world'));
  });
  const opened = await openWorld({ app, appTime: 'world', from: join(folder, 'bug.world') });
  expect([opened.now, await get(opened)]).toEqual([
    Date.parse('2026-01-01T02:00:00Z'),
    [expect.objectContaining({ id: 'kept' })],
  ]);
  expect(await opened.blob('out').text('a.txt')).toBe('x');
  expect((await opened.advance('1h')).fired).toMatchObject([{ functionName: 'daily' }]);
  await opened[Symbol.asyncDispose]();
  await expect(openWorld({ app, from: __filename })).rejects.toMatchObject({ code: 'InvalidFile' });
  await rm(folder, { recursive: true });
});

test('invoke() gives result, outputs, logs and request charge', async () => {
  await isolated(async () => {
    const result = { id: 3, shipped: true };
    expect(await world.invoke('ship', { id: 3 })).toMatchObject({ status: 'succeeded', result });
    expect(await world.queue('shipped').messages()).toEqual([result]);
    expect(await world.invoke('unknown')).toMatchObject({ status: 'not-found', requestCharge: 0 });
  });
});

test('withTriggersPaused() delivers afterwards what was written meanwhile', async () => {
  await isolated(async () => {
    await world.withTriggersPaused(async () => {
      await post('seed');
      await world.queue('to-ship').send({ id: 1 });
      await world.settled();
      expect(messagesOf(world)).toEqual(['created seed']);
    });
    await world.settled();
    expect(messagesOf(world)).toContain('followed seed');
    expect(await world.queue('shipped').messages()).toHaveLength(1);
  });
});

test('advanceUntil() ends as soon as it is true, and says what ran when it never is', async () => {
  await isolated(async () => {
    const ran = () => messagesOf(world).filter((message) => message.startsWith('ran')).length === 2;
    expect((await world.advanceUntil(ran, '10d')).to).toBe('2026-01-02T03:00:00.000Z');
    await expect(world.advanceUntil(() => false, '2d')).rejects.toThrow(/within 2d: .* daily 2 times/);
    expect((await world.next()).fired).toMatchObject([{ functionName: 'daily' }]);
    await expect(world.advance('soon')).rejects.toMatchObject({ code: 'InvalidTime' });
    await expect(world.advanceTo('2020-01-01')).rejects.toThrow('Time does not go back');
  });
});

test('faults hit as many requests as they say, and are in the timeline', async () => {
  await isolated(async () => {
    world.faults.add({ service: 'cosmos', operation: 'create', status: 429, retryAfterMs: 1, times: 2 });
    expect((await post('a')).status).toBe(201); // the SDK tries again
    world.faults.add({ service: 'cosmos', operation: 'create', status: 400 });
    expect((await post('b')).status).toBe(500);
    expect(world.timeline().match(/world\.faults\.add/g)).toHaveLength(3);
    expect((await post('b')).status).toBe(201);
  });
});

test('a fault hits once or more, and concerns one path where it names one', async () => {
  await isolated(async () => {
    world.faults.add({ service: 'cosmos', path: '/colls/other', status: 400 });
    expect((await post('a')).status).toBe(201);
    expect(() => world.faults.add({ service: 'cosmos', times: 0 })).toThrow('times 0');
    const undo = world.faults.add({ service: 'cosmos', operation: 'create', drop: true, times: 100 });
    undo();
    expect((await post('b')).status).toBe(201);
  });
});

test('storage rejects requests under a foreign name, and a malformed path is no more than that', async () => {
  const [, url = ''] = /BlobEndpoint=([^;]+)/.exec(world.connectionStrings.storage) ?? [];
  expect(await statusOf(url, { host: 'evil.example' })).toBe(403);
  expect(await statusOf(url.replace(/devstore.*/, '%E0%A4%A'), {})).toBeGreaterThanOrEqual(400);
  await world.settled();
});

test('a world that is closed says so', async () => {
  const closed = await open({ functions: ['orders'] });
  await closed.close();
  await expect(closed.fetch('/api/orders')).rejects.toMatchObject({ code: 'Closed' });
});

function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const path = url.slice(url.indexOf('/', 'http://'.length));
    httpGet({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
