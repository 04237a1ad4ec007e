import { cp, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { closeTestHosts, fixture, isAlive, startTestHost, type TestHost } from '../testing/test-host.ts';

afterEach(closeTestHosts);

/** Over a connection of its own: one that was just used may end with one more answer of the old worker. */
function pidOf(host: TestHost): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`${host.url}/api/pid`, { agent: false }, (response) => text(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
}

test('process.exit() in a function restarts the worker with a message, and the port keeps answering', async () => {
  const host = await startTestHost('v4-faults');
  const before = await pidOf(host);
  await fetch(`${host.url}/api/exit`).catch(() => undefined);
  const exited = await host.next('worker-exited');
  expect(exited).toMatchObject({ exitCode: 3, restartInMs: expect.any(Number) });
  expect(await pidOf(host)).not.toBe(before);
});

test('an uncaught exception is reported on stderr and restarts the worker', async () => {
  const host = await startTestHost('v4-faults');
  await fetch(`${host.url}/api/uncaught`).catch(() => undefined);
  expect(await host.next('worker-exited')).toMatchObject({ exitCode: 1 });
  const line = await host.next('console', (event) => event.line.includes('thrown outside of any function'));
  expect(line.stream).toBe('stderr');
});

test.each(['exit', 'rejected'])('%s: requests in flight are answered with 500 when the worker ends', async (name) => {
  const host = await startTestHost('v4-faults');
  const waiting = fetch(`${host.url}/api/never`);
  await host.next('invocation-started', ({ functionName }) => functionName === 'never');
  expect((await fetch(`${host.url}/api/${name}`)).status).toBe(500);
  expect((await waiting).status).toBe(500);
  await host.next('worker-exited');
  expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
});

describe('functionTimeout', () => {
  const env = { ...process.env, AzureFunctionsJobHost__functionTimeout: '00:00:01' };

  test('stops an endless loop: the request is 500, and a new worker answers', async () => {
    const host = await startTestHost('v4-faults', { env });
    const before = await pidOf(host);
    const looping = fetch(`${host.url}/api/loop`);
    expect((await looping).status).toBe(500);
    const exited = await host.next('worker-exited');
    expect(exited.message).toContain('Functions.loop');
    expect(await pidOf(host)).not.toBe(before);
  });

  test('ends the wait for a function that never returns: 500, the log says why, the worker is replaced', async () => {
    const host = await startTestHost('v4-faults', { env });
    const before = await pidOf(host);
    expect((await fetch(`${host.url}/api/never`)).status).toBe(500);
    const line = await host.next('log', ({ message }) => message.includes('Timeout value of'));
    expect(line.message).toMatch(/^Timeout value of 00:00:01 exceeded by function 'Functions.never' \(Id: '.+'\)/);
    await host.next('reloaded');
    expect(await pidOf(host)).not.toBe(before);
  });
});

test('close() lets a request in flight end, and leaves no process', async () => {
  const host = await startTestHost('v4-faults');
  const pid = Number(await pidOf(host));
  const slow = fetch(`${host.url}/api/slow`);
  await host.next('invocation-started', ({ functionName }) => functionName === 'slow');
  await host.close();
  expect(await (await slow).text()).toBe('slow');
  expect(isAlive(pid)).toBe(false);
});

test('close() runs the appTerminate hooks', async () => {
  const file = join(await mkdtemp(join(fixture('..'), 'run-')), 'terminated');
  try {
    const host = await startTestHost('v4-hooks', { env: { ...process.env, TERMINATED_FILE: file } });
    await host.close();
    expect(await readFile(file, 'utf8')).toBe('terminated');
  } finally {
    await rm(join(file, '..'), { recursive: true });
  }
});

describe('reload()', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(fixture('..'), 'run-'));
    await cp(fixture('v4-faults'), folder, { recursive: true });
  });
  afterEach(async () => {
    await closeTestHosts();
    await rm(folder, { recursive: true });
  });

  test('serves the code as it is on disk now', async () => {
    const host = await startTestHost('', { scriptRoot: folder });
    await writeFile(join(folder, 'index.js'), appAnswering('new'));
    await host.reload();
    expect(await pidOf(host)).toBe('new');
  });

  test('rejects when the new code cannot be loaded, and the old goes on', async () => {
    const host = await startTestHost('', { scriptRoot: folder });
    await writeFile(join(folder, 'index.js'), 'syntax error here');
    await expect(host.reload()).rejects.toMatchObject({ code: 'AppLoadFailed' });
    expect((await fetch(`${host.url}/api/pid`)).status).toBe(200);
  });

  test.each([
    ['a script', 'index.js', appAnswering('saved'), 'saved'],
    ['host.json', 'host.json', '{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }', ''],
  ])('happens by itself when %s is saved', async (_case, file, content, expected) => {
    const host = await startTestHost('', { scriptRoot: folder, watch: true });
    await writeFile(join(folder, file), content);
    const { durationMs } = await host.next('reloaded');
    expect(durationMs).toBeGreaterThan(0);
    const path = expected === '' ? '/pid' : '/api/pid';
    const response = await fetch(host.url + path);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(expected);
  });

  test('happens for each of several saves, and close() leaves no process that waited for the next', async () => {
    const processesBefore = childProcesses();
    const host = await startTestHost('', { scriptRoot: folder, watch: true });
    for (const text of ['first', 'second', 'third']) {
      await writeFile(join(folder, 'index.js'), appAnswering(text));
      while ((await pidOf(host)) !== text);
    }
    await host.close();
    while (childProcesses() > processesBefore) await nextTurn(); // Node counts one for some turns after its end
  });

  test('happens by itself when a script is replaced by an older one', async () => {
    const older = join(folder, 'older.tmp');
    await writeFile(older, appAnswering('older'));
    await utimes(older, 0, 0);
    const host = await startTestHost('', { scriptRoot: folder, watch: true });
    await rename(older, join(folder, 'index.js'));
    await host.next('reloaded');
    expect(await pidOf(host)).toBe('older');
  });

  test('goes on after a save that cannot be loaded', async () => {
    const host = await startTestHost('', { scriptRoot: folder, watch: true });
    await writeFile(join(folder, 'index.js'), 'syntax error here');
    const { message } = await host.next('reload-failed');
    expect(message).toContain('The code from before still serves');
    await writeFile(join(folder, 'index.js'), appAnswering('mended', 'added'));
    expect(await host.next('reloaded')).toMatchObject({ added: ['added'] });
    expect(await pidOf(host)).toBe('mended');
  });

  test('a client in a loop sees no error across reloads', async () => {
    const host = await startTestHost('', { scriptRoot: folder });
    const stop = new AbortController();
    const client = loop(`${host.url}/api/pid`, stop.signal);
    for (let round = 0; round < 5; round++) await host.reload();
    stop.abort();
    const { answers, failures } = await client;
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(10);
  });
});

function childProcesses(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}

function appAnswering(text: string, ...more: readonly string[]): string {
  const functions = ['pid', ...more].map((name) => `app.get('${name}', () => ({ body: ${JSON.stringify(text)} }));`);
  return `const { app } = require('@azure/functions'); ${functions.join(' ')}`;
}

/** Asks again and again over one kept-alive connection. */
async function loop(url: string, signal: AbortSignal): Promise<{ answers: number; failures: unknown[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcome = { answers: 0, failures: [] as unknown[] };
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      get(url, { agent }, (response) => {
        if (response.statusCode === 200) outcome.answers++;
        else outcome.failures.push(response.statusCode);
        response.resume().on('end', resolve);
      }).on('error', (error) => {
        outcome.failures.push(error);
        resolve();
      });
    });
  }
  agent.destroy();
  return outcome;
}
