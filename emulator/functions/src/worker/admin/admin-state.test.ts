import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sleep, systemClock } from '@lazurite/runtime';
import { closeTestHosts, fixture, startTestHost, type TestHost } from '../../testing/test-host.ts';

let host: TestHost;

afterEach(closeTestHosts);

/** On a connection of its own: one that was kept may lead to the worker before. */
async function ask(method: string, path: string, body?: string): Promise<[number, string]> {
  const headers = { connection: 'close' };
  const response = await fetch(`${host.url}/${path}`, { method, headers, ...(body !== undefined && { body }) });
  return [response.status, await response.text()];
}

async function drainState(): Promise<unknown> {
  return JSON.parse((await ask('GET', 'admin/host/drain/status'))[1]);
}

function timerRuns(): number {
  return host.events.filter((event) => event.type === 'invocation-started').length;
}

test('A host that is drained fires no timers until it is resumed, and serves HTTP all along', async () => {
  host = await startTestHost('v4-bindings', { triggers: true, functions: ['tick', 'broken'] });
  await host.next('invocation-finished');
  expect(await drainState()).toEqual({ state: 'Disabled', outstandingInvocations: 0, outstandingRetries: 0 });
  expect(await ask('POST', 'admin/host/drain')).toEqual([202, '']);
  while (JSON.stringify(await drainState()).includes('InProgress')) await sleep(systemClock, 10);
  expect(await drainState()).toMatchObject({ state: 'Completed' });
  const runs = timerRuns();
  await sleep(systemClock, 1_200); // longer than the timer's second
  expect(timerRuns()).toBe(runs);
  expect((await ask('GET', 'api/broken'))[0]).toBe(500);
  expect(await ask('POST', 'admin/host/resume')).toEqual([200, '{"state":"Running"}']);
  while (!JSON.stringify(await drainState()).includes('Disabled')) await sleep(systemClock, 10);
  while (timerRuns() === runs) await sleep(systemClock, 10);
});

test('A host that is set offline answers 503 until it is set running', async () => {
  const scriptRoot = await mkdtemp(join(tmpdir(), 'lazurite-offline-'));
  await cp(fixture('v4-cjs'), scriptRoot, { recursive: true });
  await symlink(
    resolve(import.meta.dirname, '../../../../../node_modules'),
    join(scriptRoot, 'node_modules'),
    'junction',
  );
  host = await startTestHost('v4-cjs', { scriptRoot });
  const hello = host.functions.find(({ url }) => url)?.url?.slice(host.url.length + 1) ?? '';
  const [before] = await ask('GET', hello);
  for (const body of ['"paused"', '7', 'offline', ''])
    expect(await ask('PUT', 'admin/host/state', body)).toEqual([400, '']);
  expect(await ask('PUT', 'admin/host/state', '"Running"')).toEqual([200, '']);
  expect(await ask('PUT', 'admin/host/state', '"Offline"')).toEqual([202, '']);
  while ((await ask('GET', hello))[0] !== 503) await sleep(systemClock, 10);
  expect(await ask('GET', hello)).toEqual([503, expect.stringContaining('is offline')]);
  expect(JSON.parse((await ask('GET', 'admin/host/status'))[1])).toMatchObject({ state: 'Offline' });
  expect(await ask('POST', 'admin/host/resume')).toEqual([409, '']);
  expect(await ask('PUT', 'admin/host/state', '"running"')).toEqual([202, '']);
  while ((await ask('GET', hello))[0] === 503) await sleep(systemClock, 10);
  expect((await ask('GET', hello))[0]).toBe(before);
  expect(await readdir(scriptRoot)).not.toContain('app_offline.htm');
  await rm(scriptRoot, { recursive: true });
});

test('A timer that is called by hand gets what its trigger delivers, whatever the caller sends', async () => {
  host = await startTestHost('v4-timer', { triggers: false });
  for (const payload of [undefined, 'ignored']) {
    expect(await host.invoke('everySecond', payload)).toMatchObject({
      logs: [{ level: 'information', message: 'false {"adjustForDST":true}' }],
    });
  }
});
