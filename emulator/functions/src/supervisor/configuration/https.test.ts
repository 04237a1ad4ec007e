import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openLocalCertificate } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';
import { closeTestHosts, startTestHost } from '../../testing/test-host.ts';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-'));
});
afterEach(async () => {
  await closeTestHosts();
  await rm(dataDir, { recursive: true });
});

function call(url: string, ca: string): Promise<{ body: string; hsts: string | undefined }> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, async (response) => {
      resolve({ body: await text(response), hsts: response.headers['strict-transport-security'] });
    }).on('error', reject);
  });
}

test('without a certificate one is made for this machine, and functions see an https address', async () => {
  const host = await startTestHost('v4-responses', { dataDir, https: {} });
  expect(host.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
  const ca = await readFile(join(dataDir, 'https', 'localhost.crt'), 'utf8');
  const { body } = await call(`https://localhost:${host.port}/api/echo`, ca);
  expect(JSON.parse(body)).toMatchObject({ url: `https://localhost:${host.port}/api/echo` });
});

test('a PEM file with certificate and key is served, also through a reload', async () => {
  const { key, cert } = await openLocalCertificate(join(dataDir, 'own'), systemClock);
  const certificateFile = join(dataDir, 'both.pem');
  await writeFile(certificateFile, `${cert}\n${key}`);
  const host = await startTestHost('v4-cjs', { dataDir, https: { certificateFile } });
  expect((await call(`${host.url}/api/hello?name=TLS`, cert)).body).toBe('Hello, TLS!');
  await host.reload();
  expect((await call(`${host.url}/api/hello?name=TLS`, cert)).body).toBe('Hello, TLS!');
});

const openssl = hasOpenSsl();
(openssl ? test : test.skip)(
  'a PFX file is unlocked with its password; a wrong one is named as the cause',
  async () => {
    const { path, cert } = await openLocalCertificate(join(dataDir, 'own'), systemClock);
    const certificateFile = join(dataDir, 'own.pfx');
    const keyFile = path.replace(/\.crt$/, '.key');
    const files = ['-inkey', keyFile, '-in', path, '-out', certificateFile];
    execFileSync('openssl', ['pkcs12', '-export', ...files, '-passout', 'pass:open sesame']);
    const host = await startTestHost('v4-cjs', { dataDir, https: { certificateFile, password: 'open sesame' } });
    expect((await call(`${host.url}/api/hello?name=PFX`, cert)).body).toBe('Hello, PFX!');
    const wrong = startTestHost('v4-cjs', { dataDir, https: { certificateFile, password: 'wrong' } });
    await expect(wrong).rejects.toMatchObject({
      code: 'InvalidConfig',
      message: expect.stringContaining('Check the password'),
    });
  },
);

test('a certificate file that is absent or holds no key is rejected by its name', async () => {
  const { path } = await openLocalCertificate(join(dataDir, 'own'), systemClock);
  for (const certificateFile of [join(dataDir, 'absent.pem'), path]) {
    const starting = startTestHost('v4-cjs', { dataDir, https: { certificateFile } });
    await expect(starting).rejects.toMatchObject({
      code: 'InvalidConfig',
      message: expect.stringContaining(certificateFile),
    });
  }
});

test('hsts of host.json is sent over HTTPS, but never to localhost', async () => {
  const env = { ...process.env, AzureFunctionsJobHost__extensions__http__hsts__isEnabled: 'true' };
  const host = await startTestHost('v4-cjs', { dataDir, https: {}, env, allowedHosts: ['my.example'] });
  const ca = await readFile(join(dataDir, 'https', 'localhost.crt'), 'utf8');
  expect((await call(`${host.url}/api/hello`, ca)).hsts).toBeUndefined();
  const named = await new Promise<string | undefined>((resolve, reject) => {
    get(
      `${host.url}/api/hello`,
      { ca, agent: false, servername: 'localhost', headers: { host: 'my.example' } },
      (response) => {
        response.resume();
        resolve(response.headers['strict-transport-security']);
      },
    ).on('error', reject);
  });
  expect(named).toBe('max-age=2592000');
});

function hasOpenSsl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
