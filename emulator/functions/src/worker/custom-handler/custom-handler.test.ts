import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { silentLog, sleep, systemClock } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { closeTestHosts, isAlive, startTestHost, type TestHost } from '../../testing/test-host.ts';

let dataDir = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-handler-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const PREFIX = 'AzureFunctionsJobHost__customHandler__';

function open(env: Record<string, string>, options: { triggers?: boolean } = {}): Promise<TestHost> {
  const all = { PATH: process.env.PATH, GREETING: 'hello there', ...env };
  return startTestHost('custom-handler', { dataDir, env: all, triggers: false, ...options });
}

describe('an executable that gets payloads', () => {
  let storage: Storage;
  let host: TestHost;
  beforeAll(async () => {
    storage = await startStorage({ dataDir: join(dataDir, 'storage'), log: silentLog });
    host = await open({ AzureWebJobsStorage: storage.connectionString }, { triggers: true });
  });
  afterAll(async () => {
    await closeTestHosts();
    await storage.close();
  });

  test('prints to the console, with its arguments expanded', async () => {
    const { line } = await host.next('console', ({ stream }) => stream === 'stdout');
    expect(line).toBe('greeting: hello there, runtime: custom');
    expect(await host.next('console', ({ stream }) => stream === 'stderr')).toMatchObject({
      line: 'this goes to stderr',
    });
  });

  test('gets an HTTP request as an object, and its output is the response', async () => {
    const response = await host.fetch('/api/hello/ada?a=1&a=2', {
      method: 'POST',
      body: 'text',
      headers: { 'content-type': 'text/plain', 'x-own': 'yes' },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-kind')).toBe('payload');
    expect(await response.json()).toMatchObject({
      Url: 'http://localhost:7071/api/hello/ada?a=1&a=2',
      Method: 'POST',
      Query: { a: '1,2' },
      Headers: { 'Content-Type': ['text/plain'], 'x-own': ['yes'] },
      Params: { name: 'ada' },
      Body: 'text',
    });
  });

  test('is called for queues, blobs and timers, and its outputs are stored', async () => {
    const response = await host.fetch('/api/order', { method: 'POST', body: '["first"]' });
    expect([response.status, await response.text()]).toEqual([200, 'enqueued']);
    expect(await host.next('log', ({ category }) => category === 'Function.order.User')).toMatchObject({
      level: 'information',
      message: 'an order',
    });
    const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient('seen');
    await queue.createIfNotExists();
    let message: string | undefined;
    while (message === undefined) {
      await sleep(systemClock, 20);
      message = (await queue.receiveMessages()).receivedMessageItems[0]?.messageText;
    }
    expect(Buffer.from(message, 'base64').toString()).toBe('first.txt: relayed first!');
    const blobs = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('relayed');
    expect(String(await blobs.getBlobClient('first.txt').downloadToBuffer())).toBe('relayed first!');
    await host.next('invocation-finished', ({ functionName }) => functionName === 'tick');
  });

  test.each<[answer: object, status: number, body: string]>([
    [{ text: '{"ReturnValue":"plain text"}' }, 200, 'plain text'],
    [{ text: '{"returnValue":{"status":202,"body":"later"}}' }, 202, 'later'],
    [{ text: '{"ReturnValue":"{\\"body\\":\\"in text\\"}"}' }, 200, 'in text'],
    [{ text: '{"ReturnValue":{"a":1}}' }, 200, '{\n  "a": 1\n}'],
    [{ text: '{}' }, 204, ''],
    [{ text: '{"ReturnValue":"x"}', status: 500 }, 500, ''],
    [{ text: '{"ReturnValue":"x"}', type: 'text/plain' }, 500, ''],
    [{ text: 'no JSON' }, 500, ''],
    [{ text: '[1]' }, 500, ''],
    [{ text: '{"Outputs":1}' }, 500, ''],
    [{ text: '{"Logs":"line"}' }, 500, ''],
  ])('that responds with %j makes the status %d and the body %j', async (answer, status, body) => {
    const response = await host.fetch('/api/answer', { method: 'POST', body: JSON.stringify(answer) });
    expect([response.status, await response.text()]).toEqual([status, body]);
  });
});

describe('an executable that gets requests as they are', () => {
  afterEach(closeTestHosts);

  test('gets a forwarded request at its own path, with the headers of the host', async () => {
    const host = await open({ [`${PREFIX}enableForwardingHttpRequest`]: 'true' });
    const response = await host.fetch('/api/hello/%C3%A4?a=1', {
      method: 'PUT',
      body: 'text',
      headers: { 'user-agent': 'mine' },
    });
    expect(response.status).toBe(418);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      url: '/api/hello/%C3%A4?a=1',
      body: 'text',
      headers: {
        'user-agent': expect.stringMatching(/^mine Azure-Functions-Host\/4\./),
        'x-azure-functions-invocationid': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-azure-functions-hostversion': expect.stringMatching(/^4\./),
      },
    });
    expect(await host.invoke('answer', 'by hand')).toMatchObject({ status: 'succeeded', result: { status: 418 } });
    const bound = await host.fetch('/api/order', { method: 'POST', body: 'no JSON' });
    expect(bound.status).toBe(500); // a function with an output gets a payload all the same, and this one cannot be read
  });

  test('gets a proxied request as a stream, and the client its response as a stream', async () => {
    const host = await open({ [`${PREFIX}enableProxyingHttpRequest`]: 'true' });
    const lines = await converse(`${host.url}/api/hello/stream`);
    expect(lines).toEqual(['data: first\n\n', 'data: second\n\n']);
  });

  test('serves the routes of host.json, with their levels', async () => {
    const scriptRoot = join(dataDir, 'routes');
    await mkdir(scriptRoot);
    const fixture = new URL('../../testing/fixtures/custom-handler/server.cjs', import.meta.url);
    await cp(fixture, join(scriptRoot, 'server.cjs'));
    const hostJson = {
      version: '2.0',
      configurationProfile: 'web-app-custom-handler',
      customHandler: { description: { defaultExecutablePath: 'node', arguments: ['server.cjs'] } },
    };
    await writeFile(join(scriptRoot, 'host.json'), JSON.stringify(hostJson));
    const host = await startTestHost('', { scriptRoot, dataDir, env: { PATH: process.env.PATH }, enableAuth: true });
    expect(host.functions).toMatchObject([{ name: 'http-handler1', url: `${host.url}/{*route}` }]);
    expect((await host.fetch('/any/path')).status).toBe(401);
    await host.close();
    const anonymous = { PATH: process.env.PATH, [`${PREFIX}http__defaultAuthorizationLevel`]: 'anonymous' };
    const open = await startTestHost('', { scriptRoot, dataDir, env: anonymous, enableAuth: true });
    const response = await open.fetch('/any/path', { method: 'DELETE' });
    expect([response.status, await response.json()]).toMatchObject([418, { method: 'DELETE', url: '/any/path' }]);
  });
});

/** Sends the second chunk when the first has come back. */
function converse(url: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const exchange = request(url, { method: 'POST' }, (response) => {
      response.setEncoding('utf8').on('data', (line: string) => {
        if (lines.push(line) === 1) exchange.end('second');
      });
      response.on('end', () => resolve(lines));
    });
    exchange.on('error', reject).flushHeaders();
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server on a port has no other address
  server.close();
  return port;
}

describe('the life of an executable', () => {
  afterEach(closeTestHosts);
  const proxied = { [`${PREFIX}enableProxyingHttpRequest`]: 'true' };

  async function pidOf(host: TestHost): Promise<number> {
    return Number(await (await host.fetch('/api/hello/pid')).text());
  }

  test('begins again after a crash, whose requests are 500, and ends with the host', async () => {
    const host = await open({ ...proxied, [`${PREFIX}port`]: String(await freePort()) });
    expect((await host.fetch('/api/hello/exit')).status).toBe(500);
    const { message } = await host.next('log', ({ level }) => level === 'error');
    expect(message).toBe("The custom handler 'node' exited with code 3");
    expect(await host.next('worker-exited')).toMatchObject({ restartInMs: 100 });
    const pid = await pidOf(host);
    await host.reload();
    const later = await pidOf(host);
    expect(later).not.toBe(pid);
    await host.close();
    expect([isAlive(pid), isAlive(later)]).toEqual([false, false]);
  });

  test('ends with a worker that is killed', async () => {
    const host = await open(proxied);
    const pid = await pidOf(host);
    const { pid: worker } = await host.next('worker-started');
    process.kill(worker, 'SIGKILL');
    await host.next('worker-exited');
    while (isAlive(pid)) await sleep(systemClock, 10);
    expect(await pidOf(host)).not.toBe(pid);
  });

  test.each<[name: string, env: Record<string, string>, message: RegExp]>([
    [
      'that does not exist',
      { description__defaultExecutablePath: 'missing-handler' },
      /no such file in the app's folder/,
    ],
    ['that is no program', { description__defaultExecutablePath: 'host.json' }, /is not executable. Run 'chmod/],
    ['without its folder', { description__workingDirectory: 'missing' }, /workingDirectory, does not exist/],
    ['that ends at once', { description__defaultWorkerPath: 'missing.js' }, /exited with code 1 before it answered/],
    [
      'that never answers',
      {
        description__arguments__0: '-e',
        description__arguments__1: 'setInterval(()=>{},1e3)',
        initializationTimeout: '00:00:00.2',
      },
      /did not answer within 0.2 s/,
    ],
  ])('%s ends the start with the reason', async (_name, settings, message) => {
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [PREFIX + name, value]));
    await expect(open(env)).rejects.toThrow(message);
  });
});
