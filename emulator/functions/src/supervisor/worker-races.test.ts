import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closeTestHosts, fixture, isAlive, startTestHost, type TestHost } from '../testing/test-host.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(fixture('..'), 'run-'));
  await cp(fixture('v4-races'), folder, { recursive: true });
});
afterEach(async () => {
  await closeTestHosts();
  await rm(folder, { recursive: true });
});

function startRaces(env: Record<string, string> = {}): Promise<TestHost> {
  return startTestHost('', { scriptRoot: folder, env: { ...process.env, ...env } });
}

/** Every process that has ever served the app. */
function workersOf(host: TestHost): number[] {
  return host.events.flatMap((event) => (event.type === 'worker-started' ? [event.pid] : []));
}

function livingWorkers(host: TestHost): number[] {
  return workersOf(host).filter(isAlive);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await pause(20);
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

/** Opens connections that each send one request; the clients close them when the returned function is called. */
function requestAndLeave(host: TestHost, path: string, clients: number): () => void {
  const sockets = Array.from({ length: clients }, () => {
    const socket = connect(host.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

const BRIEF_TIMEOUT = { AzureFunctionsJobHost__functionTimeout: '00:00:01' };

test('a worker that crashes while a reload is under way leaves one worker, whose timer fires alone', async () => {
  const file = join(folder, 'ticks');
  const host = await startRaces({ LOAD_MS: '1500', TICKS_FILE: file });
  const reloading = host.reload();
  await pause(500);
  await fetch(`${host.url}/api/exit`).catch(() => undefined);
  await reloading;
  await pause(3_000); // longer than a restart takes: a second worker would have come by now
  expect(livingWorkers(host)).toHaveLength(1);
  const settled = (await linesOf(file)).length;
  await until(async () => (await linesOf(file)).length > settled + 1);
  expect(new Set((await linesOf(file)).slice(settled)).size).toBe(1);
  await host.close();
  expect(livingWorkers(host)).toEqual([]);
});

test('a retired worker that hangs is ended, and no further worker starts', async () => {
  const host = await startRaces(BRIEF_TIMEOUT);
  const [first = 0] = workersOf(host);
  const looping = fetch(`${host.url}/api/loop`);
  await pause(200);
  const reloading = host.reload();
  expect((await looping).status).toBe(500);
  await reloading;
  await until(() => !isAlive(first));
  await pause(1_500);
  expect(workersOf(host)).toHaveLength(2);
  expect(livingWorkers(host)).toHaveLength(1);
});

test('close() during a reload and a crash leaves no worker', async () => {
  const host = await startRaces({ LOAD_MS: '500' });
  const reloading = host.reload().catch(() => undefined);
  await fetch(`${host.url}/api/exit`).catch(() => undefined);
  await host.close();
  await reloading;
  expect(livingWorkers(host)).toEqual([]);
});

test('two reload() calls during a reload both serve the code as it is on disk now', async () => {
  const host = await startRaces({ LOAD_MS: '300' });
  const first = host.reload();
  await writeFile(join(folder, 'index.js'), "require('@azure/functions').app.get('pid', () => ({ body: 'new' }));");
  await Promise.all([first, host.reload(), host.reload()]);
  expect(await (await fetch(`${host.url}/api/pid`)).text()).toBe('new');
});

describe('after a crash, with an app that can no longer be loaded', () => {
  let host: TestHost;
  beforeEach(async () => {
    host = await startRaces();
    await writeFile(join(folder, 'index.js'), 'syntax error here');
    await fetch(`${host.url}/api/exit`).catch(() => undefined);
    await host.next('reload-failed');
  });

  test('invoke() rejects with the reason', async () => {
    await expect(host.invoke('tick')).rejects.toMatchObject({
      code: 'WorkerFailed',
      message: expect.stringMatching(/could not be loaded again.*index\.js/s),
    });
  });

  test('requests are answered with 503, until a reload succeeds', async () => {
    const response = await fetch(`${host.url}/api/pid`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('could not be loaded again');
    await expect(host.reload()).rejects.toMatchObject({ code: 'AppLoadFailed' });
    expect((await fetch(`${host.url}/api/pid`)).status).toBe(503);
    await cp(join(fixture('v4-races'), 'index.js'), join(folder, 'index.js'));
    await host.reload();
    expect((await fetch(`${host.url}/api/pid`, { headers: { connection: 'close' } })).status).toBe(200);
    expect(await host.invoke('tick')).toMatchObject({ status: 'succeeded' });
  });
});

test('messages that user code sends to the supervisor change nothing', async () => {
  const host = await startRaces();
  const values = [null, 1, '', 'stop', [], {}, { type: 'invoked' }, { type: 'ready' }, { type: 'events' }];
  const more = [{ type: 'events', events: [null, {}, { type: 'log' }] }, { type: '__proto__' }, { type: 'toString' }];
  const query = encodeURIComponent(JSON.stringify([...values, ...more]));
  expect((await fetch(`${host.url}/api/send?values=${query}`)).status).toBe(200);
  const { message } = await host.next('log', (event) => event.message.includes('not part of the protocol'));
  expect(message).toContain('process.send');
  expect(await host.invoke('tick')).toMatchObject({ status: 'succeeded' });
  expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
  expect(workersOf(host)).toHaveLength(1);
});

describe('requests whose clients have gone', () => {
  test('behind a function that hangs are not run by the next worker', async () => {
    const file = join(folder, 'loops');
    const host = await startRaces({ ...BRIEF_TIMEOUT, LOOPS_FILE: file });
    const leave = requestAndLeave(host, '/api/loop', 25);
    await until(async () => (await linesOf(file)).length > 0);
    leave();
    await host.next('worker-exited');
    expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
    expect(await linesOf(file)).toHaveLength(1);
  });

  test.each(['0', '1'])('behind functions that block are not run (streaming: %s)', async (streams) => {
    const host = await startRaces({ STREAMS: streams });
    const leave = requestAndLeave(host, '/api/block', 25);
    await pause(250);
    leave();
    const blocked = Number(await (await fetch(`${host.url}/api/blocked`)).text());
    expect(blocked).toBeLessThan(6);
  });
});
