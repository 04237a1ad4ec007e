import type { IncomingHttpHeaders } from 'node:http';
import { hostname } from 'node:os';
import { silentLog } from '@lazurite/runtime';
import { Edge, type EdgeOptions, type Endpoint, startHttpServer, toRequestListener } from './index.ts';
import { statusUnderHost } from './testing/raw-request.ts';

/** The status of a request to a server whose edge has the options. */
async function statusOf(host: string, options: EdgeOptions): Promise<number> {
  const edge = new Edge(options);
  const server = await startHttpServer(
    toRequestListener(() => ({ status: 200 }), { maxBodyBytes: 1, edge, log: silentLog }),
  );
  try {
    return await statusUnderHost({ port: server.port, host });
  } finally {
    await server.close();
  }
}

const LOCAL = { address: '127.0.0.1' };
const ALL = { address: '0.0.0.0' };

describe('A server', () => {
  test.each([
    ...['localhost', 'LOCALHOST:7071', 'app.localhost', '127.0.0.1:1', '127.9.9.9', '[::1]:7071', '[0:0:0:0:0:0:0:1]'],
    'host.docker.internal:7071',
  ])('that listens on 127.0.0.1 is reached as %s', async (host) => expect(await statusOf(host, LOCAL)).toBe(200));

  test.each([
    ...['attacker.example', 'x.127.0.0.1.nip.io', '127.0.0.1.attacker.example', 'localhost.attacker.example'],
    ...['notlocalhost', '192.168.1.2', '0.0.0.0', '[::]', '[2001:db8::1]', hostname()],
  ])('that listens on 127.0.0.1 is not reached as %s', async (host) => {
    expect(await statusOf(host, LOCAL)).toBe(403);
  });

  test.each([
    ['192.168.1.2', '192.168.1.2:7071', 200],
    ['192.168.1.2', '192.168.1.3', 403],
    ['2001:db8::1', '[2001:DB8:0::1]:7071', 200],
    ['[2001:db8::1]', '[2001:db8::1]', 200],
    ['my-machine', 'My-Machine', 200],
  ])('that listens on %s gives a request for %s the status %i', async (address, host, status) => {
    expect(await statusOf(host, { address })).toBe(status);
  });

  test.each(['192.168.1.2', '0.0.0.0:7071', '[2001:db8::1]', 'localhost', hostname()])(
    'that listens on all addresses is reached as %s',
    async (host) => {
      expect(await statusOf(host, ALL)).toBe(200);
      expect(await statusOf(host, { address: '::' })).toBe(200);
    },
  );

  test('that listens on all addresses is not reached as a name that it does not know', async () => {
    expect(await statusOf('attacker.example', ALL)).toBe(403);
  });

  test.each([
    ['lazurite', 'lazurite:8081', 200],
    ['lazurite', 'x.lazurite', 403],
    ['*.tunnel.example', 'a.b.tunnel.example', 200],
    ['*.tunnel.example', 'tunnel.example', 403],
    ['*.tunnel.example', 'xtunnel.example', 403],
    ['*', 'any.example', 200],
    ['*', 'a@b', 400],
  ])('with the allowed host %s gives a request for %s the status %i', async (allowed, host, status) => {
    expect(await statusOf(host, { ...LOCAL, allowedHosts: [allowed] })).toBe(status);
  });

  test.each(['', 'a b', 'x:80', 'http://x', '**', '*.', 'a,b'])('does not start with the allowed host %j', (entry) => {
    expect(() => new Edge({ ...LOCAL, allowedHosts: [entry] })).toThrow(`The allowed host '${entry}' must be`);
  });
});

describe('verdictOn()', () => {
  const edge = new Edge({ ...LOCAL, allowsOrigin: (origin) => origin === 'https://app.example' });
  const host = 'localhost:7071';
  const none = { host };
  const own = { host, origin: 'http://LOCALHOST:7071' };
  const allowed = { host, origin: 'https://App.example' };
  const foreign = { host, origin: 'https://attacker.example' };

  test.each<[Endpoint, string, string, string, string]>([
    // no page, own page, a page that CORS allows, another page
    ['homepage', 'accept', 'accept', 'accept', 'accept'],
    ['anonymousFunction', 'accept', 'accept', 'accept', 'accept'],
    ['keyedFunction', 'accept', 'accept', 'require-key', 'require-key'],
    ['admin', 'accept', 'accept', 'require-key', 'reject'],
    ['webhook', 'accept', 'accept', 'reject', 'reject'],
    ['cosmos', 'accept', 'accept', 'reject', 'reject'],
    ['storage', 'accept', 'accept', 'accept', 'reject'],
    ['issuerDocument', 'accept', 'accept', 'reject', 'reject'],
    ['token', 'accept', 'reject', 'reject', 'reject'],
    ['managedIdentity', 'accept', 'reject', 'reject', 'reject'],
  ])('on %s is %s without a page, %s for its own, %s by CORS, else %s', (endpoint, ...verdicts) => {
    expect([none, own, allowed, foreign].map((headers) => edge.verdictOn(endpoint, headers))).toEqual(verdicts);
  });

  test.each<IncomingHttpHeaders>([
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://localhost' },
    { origin: 'http://localhost:7072' },
    { origin: 'http://127.0.0.1:7071' },
    { origin: 'http://localhost:7071.attacker.example' },
    { origin: 'http://localhost:7071@attacker.example' },
    { origin: 'http://localhost:7071, http://localhost:7071' },
    { origin: 'file://localhost:7071' },
    { origin: 'vscode-webview://x' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'x' },
  ])('takes a request with %j for one of a foreign page', (headers) => {
    expect(edge.verdictOn('cosmos', { host, ...headers })).toBe('reject');
  });

  test.each<IncomingHttpHeaders>([
    { host, 'sec-fetch-site': 'same-origin' },
    { host, 'sec-fetch-site': 'none' },
    { host, 'sec-fetch-mode': 'cors' },
    { host: 'localhost', origin: 'http://localhost:80' },
    { host: 'localhost', origin: 'https://localhost:443' },
    { host: 'localhost:443', origin: 'https://localhost' },
  ])('takes a request with %j for none of a foreign page', (headers) => {
    expect(edge.verdictOn('cosmos', headers)).toBe('accept');
  });
});
