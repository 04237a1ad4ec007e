import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PortInUseError } from '@lazurite/http';
import { closeTestHosts, startTestHost } from '../testing/test-host.ts';

afterEach(closeTestHosts);

test('the host lists its functions with trigger, methods and address', async () => {
  const host = await startTestHost('v4-cjs');
  expect(host.functions).toMatchObject([
    {
      name: 'hello',
      triggerType: 'httpTrigger',
      methods: ['GET', 'POST'],
      url: `${host.url}/api/hello`,
      disabled: false,
    },
  ]);
});

test('startFunctionsHost() rejects with PortInUseError when another process listens on the port', async () => {
  const { port } = await startTestHost('v4-cjs');
  await expect(startTestHost('v4-cjs', { port })).rejects.toBeInstanceOf(PortInUseError);
});

test('host.fetch() takes a path, a URL of any host, or a Request, and returns a stream of the answer', async () => {
  const host = await startTestHost('v4-stream', { https: {}, dataDir: await mkdtemp(join(tmpdir(), 'lazurite-')) });
  expect(await (await host.fetch('/api/cookies/7')).text()).toBe('7');
  expect((await host.fetch('http://example.com/api/nothing')).status).toBe(204);
  const stream = new Blob(['a', 'b']).stream();
  const counted = await host.fetch('/api/count', { method: 'POST', body: stream });
  expect(await counted.json()).toMatchObject({ bytes: 2 });
});

test('after close() the port refuses connections', async () => {
  const host = await startTestHost('v4-cjs');
  await host.close();
  await expect(fetch(`${host.url}/api/hello`)).rejects.toThrow('fetch failed');
});

test('the environment wins over local.settings.json, and rewriteSetting sees the values of the file', async () => {
  const host = await startTestHost('v4-esm', {
    env: { ...process.env, TAKEN: 'environment' },
    rewriteSetting: (value) => value.replace('8081', '9999'),
  });
  const response = await fetch(`${host.url}/api/info`);
  expect(await response.json()).toMatchObject({ setting: 'from http://localhost:9999' });
  expect(host.events).toContainEqual({
    type: 'console',
    stream: 'stdout',
    line: "Skipping 'TAKEN' from local settings as it's already defined in current environment variables.",
  });
});

test('only the functions that are asked for run', async () => {
  const host = await startTestHost('v4-responses', { functions: ['ECHO'] });
  expect(host.functions.map(({ name }) => name)).toEqual(['echo']);
  expect((await fetch(`${host.url}/api/empty`)).status).toBe(404);
});

test('an app of both models runs what it registers in code, and the log names the function.json files that are ignored', async () => {
  const host = await startTestHost('mixed-models');
  expect(host.functions.map(({ name }) => name)).toEqual(['inCode']);
  const { message } = await host.next('log', (event) => event.message.includes('function.json'));
  expect(message).toContain('old');
});

test('a function whose name Azure rejects is reported', async () => {
  const host = await startTestHost('mixed-models', { functions: ['inCode'] });
  expect(host.events).not.toContainEqual(expect.objectContaining({ message: expect.stringContaining('not a valid') }));
  const other = await startTestHost('bad-name');
  const { message } = await other.next('log', (event) => event.message.includes('not a valid function name'));
  expect(message).toContain("'1st'");
});

describe('an app that cannot be loaded rejects with AppLoadError, which says how to mend it:', () => {
  test.each([
    ['broken-main', 'unable to load entry point "dist/index.js": File does not exist'],
    ['broken-main', 'build it first'],
    ['broken-glob', 'Found zero files matching the supplied pattern'],
    ['broken-throw', 'no database here'],
    ['broken-import', "Cannot find module 'not-installed'"],
    ['broken-import', 'npm install'],
    ['broken-duplicate', 'A function with id "twice" has already been registered.'],
  ])('%s: %s', async (name, message) => {
    await expect(startTestHost(name)).rejects.toMatchObject({
      code: 'AppLoadFailed',
      message: expect.stringContaining(message),
    });
  });
});

test('a package.json that is no JSON is named with what is wrong in it', async () => {
  const scriptRoot = await mkdtemp(join(tmpdir(), 'lazurite-'));
  await writeFile(join(scriptRoot, 'package.json'), '{ "main": ');
  await expect(startTestHost('', { scriptRoot })).rejects.toMatchObject({
    code: 'AppLoadFailed',
    message: expect.stringMatching(/package\.json is not valid JSON: .*end of JSON/),
  });
});

test('an app that never finishes loading rejects when the time to start is over', async () => {
  await expect(startTestHost('broken-hang', { startTimeoutMs: 1_000 })).rejects.toMatchObject({
    code: 'WorkerFailed',
    message: expect.stringContaining('did not finish loading'),
  });
});

test('an app without functions starts, and the log lists where functions were looked for', async () => {
  const host = await startTestHost('empty-app');
  const { message } = await host.next('log', (event) => event.message.includes('No functions found'));
  expect(message).toContain('index.js');
  expect(message).toContain('no folder of');
  expect(host.functions).toEqual([]);
});
