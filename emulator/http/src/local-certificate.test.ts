import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock, VirtualClock } from '@lazurite/runtime';
import { Edge } from './edge.ts';
import { toRequestListener } from './listener.ts';
import { openLocalCertificate, trustCommand } from './local-certificate.ts';
import { startHttpServer } from './server.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('openLocalCertificate()', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lazurite-certificate-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ['localhost', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
  ])('makes a certificate that is valid for %s', async (host, address) => {
    const tls = await openLocalCertificate(join(directory, 'new'), systemClock);
    const listener = toRequestListener(() => ({ status: 200 }), {
      maxBodyBytes: 1,
      edge: new Edge({ address }),
      log: silentLog,
    });
    const server = await startHttpServer(listener, { tls, address });
    const status = await new Promise((resolve, reject) => {
      get(`https://${host}:${server.port}/`, { ca: readFileSync(tls.path), agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
    await server.close();
  });

  it('keeps it, and the key for its owner alone', async () => {
    const first = await openLocalCertificate(directory, systemClock);
    const second = await openLocalCertificate(directory, systemClock);
    expect(second).toEqual(first);
    expect(readFileSync(first.path, 'utf8')).toBe(first.cert);
    expect(first.cert).not.toContain('PRIVATE KEY');
    if (process.platform !== 'win32') expect(statSync(join(directory, 'localhost.key')).mode & 0o777).toBe(0o600);
  });

  it('can sign no other certificate', async () => {
    const { cert } = await openLocalCertificate(directory, systemClock);
    expect(new X509Certificate(cert).ca).toBe(false);
  });

  it.each([
    ['the certificate is damaged', 'localhost.crt', 'nonsense'],
    ['the key is damaged', 'localhost.key', ''],
  ])('makes another when %s', async (_, file, text) => {
    const first = await openLocalCertificate(directory, systemClock);
    writeFileSync(join(directory, file), text);
    const second = await openLocalCertificate(directory, systemClock);
    expect(second.cert).not.toBe(first.cert);
    expect(await openLocalCertificate(directory, systemClock)).toEqual(second);
  });

  it('makes another when the key is not the certificate’s', async () => {
    const other = await openLocalCertificate(join(directory, 'other'), systemClock);
    const first = await openLocalCertificate(directory, systemClock);
    writeFileSync(join(directory, 'localhost.key'), other.key);
    expect((await openLocalCertificate(directory, systemClock)).cert).not.toBe(first.cert);
  });

  it('makes another a month before it expires, and one that is not valid yet', async () => {
    const clock = new VirtualClock();
    const first = await openLocalCertificate(directory, clock);
    clock.set(clock.now() + 700 * DAY_MS);
    expect(await openLocalCertificate(directory, clock)).toEqual(first);
    clock.set(clock.now() + 100 * DAY_MS);
    const renewed = await openLocalCertificate(directory, clock);
    expect(renewed.cert).not.toBe(first.cert);
    clock.set(clock.now() - 400 * DAY_MS);
    expect((await openLocalCertificate(directory, clock)).cert).not.toBe(renewed.cert);
  });
});

test('trustCommand() quotes the path for the shell of the system', () => {
  expect(trustCommand("/home/o'neil/localhost.crt", 'linux')).toBe(
    "export NODE_EXTRA_CA_CERTS='/home/o'\\''neil/localhost.crt'",
  );
  expect(trustCommand("C:\\o'neil\\localhost.crt", 'win32')).toBe(
    "$env:NODE_EXTRA_CA_CERTS = 'C:\\o''neil\\localhost.crt'",
  );
});
