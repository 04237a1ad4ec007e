import { fileURLToPath } from 'node:url';
import { PortInUseError } from '@lazurite/http';
import { type FunctionsHost, type FunctionsHostOptions, startFunctionsHost } from './start-functions-host.ts';

function fixture(name: string): string {
  return fileURLToPath(new URL(`../testing/fixtures/${name}`, import.meta.url));
}

const running: FunctionsHost[] = [];

async function start(name: string, options: Partial<FunctionsHostOptions> = {}): Promise<FunctionsHost> {
  const host = await startFunctionsHost({ scriptRoot: fixture(name), port: 0, env: process.env, ...options });
  running.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((host) => host.close()));
});

test('a v4 CommonJS app answers over HTTP through @azure/functions', async () => {
  const host = await start('v4-cjs');
  const response = await fetch(`${host.url}/api/hello?name=Ada`);
  expect([response.status, await response.text()]).toEqual([200, 'Hello, Ada!']);
});

test('the host lists its functions with trigger, methods and address', async () => {
  const host = await start('v4-cjs');
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

test.each([
  ['an unknown path', '/api/nothing', 'GET'],
  ['a method that no function takes', '/api/hello', 'DELETE'],
])('%s is 404 with an empty body', async (_case, path, method) => {
  const host = await start('v4-cjs');
  const response = await fetch(host.url + path, { method });
  expect([response.status, await response.text()]).toEqual([404, '']);
});

test('startFunctionsHost() rejects with PortInUseError when another process listens on the port', async () => {
  const { port } = await start('v4-cjs');
  await expect(start('v4-cjs', { port })).rejects.toBeInstanceOf(PortInUseError);
});

test('after close() the port refuses connections', async () => {
  const host = await start('v4-cjs');
  await host.close();
  await expect(fetch(`${host.url}/api/hello`)).rejects.toThrow('fetch failed');
});
