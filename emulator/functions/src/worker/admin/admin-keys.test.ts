import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

let host: TestHost;
let dataDir = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-'));
  host = await startTestHost('v4-responses', { dataDir });
});
afterAll(async () => {
  await closeTestHosts();
  await rm(dataDir, { recursive: true });
});

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(host.url + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, content: text ? JSON.parse(text) : undefined };
}

test.each(['/admin/host/keys', '/admin/host/functionkeys', '/admin/functions/echo/keys'])(
  'GET %s lists the default key, with a link to itself',
  async (path) => {
    expect(await call('GET', path)).toEqual({
      status: 200,
      content: {
        keys: [{ name: 'default', value: expect.stringMatching(/^[\w-]{54}$/) }],
        links: [{ rel: 'self', href: host.url + path }],
      },
    });
  },
);

test.each(['/admin/host/keys/mine', '/admin/host/systemkeys/eventgrid_extension', '/admin/functions/echo/keys/mine'])(
  '%s is created by PUT, renewed by POST, read by GET and removed by DELETE',
  async (path) => {
    expect(await call('PUT', path, { name: 'mine', value: 'secret' })).toMatchObject({
      status: 201,
      content: { value: 'secret' },
    });
    expect(await call('GET', path)).toMatchObject({ status: 200, content: { value: 'secret' } });
    const renewed = await call('POST', path);
    expect(renewed).toMatchObject({ status: 200, content: { value: expect.stringMatching(/^[\w-]{54}$/) } });
    expect(await call('DELETE', path)).toEqual({ status: 204, content: undefined });
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
  },
);

test.each([
  ['GET', '/admin/functions/unknown/keys', 404],
  ['GET', '/admin/host/otherkeys', 404],
  ['PUT', '/admin/host/keys/x', 400],
  ['POST', '/admin/host/keys/_x', 400],
  ['DELETE', '/admin/host/systemkeys/_master', 400],
])('%s %s is %i', async (method, path, status) => {
  expect((await call(method, path)).status).toBe(status);
});

test('the master key is read and renewed as _master among the system keys', async () => {
  const { content: before } = await call('GET', '/admin/host/systemkeys/_master');
  const { content: renewed } = await call('POST', '/admin/host/systemkeys/_master');
  expect(renewed.value).not.toBe(before.value);
  const guarded = await startTestHost('v4-responses', { dataDir, enableAuth: true });
  const status = async (key: string) =>
    (await fetch(`${guarded.url}/admin/host/status`, { headers: { 'x-functions-key': key } })).status;
  expect([await status(before.value), await status(renewed.value)]).toEqual([401, 200]);
});
