import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpServer, openLocalCertificate, startHttpServer } from '@lazurite/http';
import { systemClock } from '@lazurite/runtime';
import { requestHost } from './commands/request-host.ts';
import { fingerprintAt } from './pinned-certificate.ts';

let folder: string;
let server: HttpServer;
let other: HttpServer;
const received: (string | undefined)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-pinned-'));
  const start = async (name: string) =>
    startHttpServer(
      (request, response) => {
        received.push(request.headers['x-functions-key']?.toString());
        response.end('ok');
      },
      { tls: await openLocalCertificate(join(folder, name), systemClock) },
    );
  [server, other] = await Promise.all([start('one'), start('other')]);
});

afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => received.splice(0));

test('requestHost() sends its key to the server that has the certificate', async () => {
  const fingerprint = await fingerprintAt(new URL(server.url));
  const response = await requestHost(new URL('/a', server.url), { method: 'GET', key: 'secret', fingerprint });
  expect(response).toEqual({ status: 200, body: 'ok' });
  expect(received).toEqual(['secret']);
});

test.each([
  ['a server with another certificate', () => fingerprintAt(new URL(other.url))],
  ['a server whose certificate is not trusted, without a fingerprint', async () => undefined],
])('requestHost() sends nothing to %s', async (_, fingerprintOf) => {
  const fingerprint = await fingerprintOf();
  const asked = requestHost(new URL(server.url), { method: 'GET', key: 'secret', fingerprint });
  await expect(asked).rejects.toMatchObject({ code: fingerprint === undefined ? 'NoHost' : 'OtherCertificate' });
  expect(received).toEqual([]);
});
