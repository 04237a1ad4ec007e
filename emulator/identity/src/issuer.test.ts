import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shutdown, seededRandomness, VirtualClock } from '@lazurite/runtime';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { DEFAULT_TENANT_ID, type Issuer, type IssuerOptions, startIssuer } from './issuer.ts';

const START = Date.UTC(2026, 0, 1);
const CREDENTIALS = { grant_type: 'client_credentials', client_id: 'test' };

let running: Shutdown;
let folder: string;

beforeEach(async () => {
  running = new Shutdown();
  folder = await mkdtemp(join(tmpdir(), 'lazurite-identity-'));
});

afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

async function start(options: IssuerOptions = {}): Promise<Issuer> {
  return running.add(await startIssuer({ clock: new VirtualClock(START), ...options }));
}

function askForToken(issuer: Issuer, form: Record<string, string>, headers: Record<string, string> = {}) {
  const url = `${issuer.url}/${DEFAULT_TENANT_ID}/oauth2/v2.0/token`;
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
}

async function readJson(response: Response): Promise<Record<string, string | number>> {
  return (await response.json()) as Record<string, string | number>; // asserted member by member
}

async function verify(issuer: Issuer, token: string) {
  const discovery = await readJson(await fetch(`${issuer.issuer}/.well-known/openid-configuration`));
  expect(discovery.issuer).toBe(issuer.issuer);
  const options = { issuer: issuer.issuer, audience: 'https://graph.microsoft.com', algorithms: ['RS256'] };
  const currentDate = new Date(new VirtualClock(START).now());
  return jwtVerify(token, createRemoteJWKSet(new URL(String(discovery.jwks_uri))), { ...options, currentDate });
}

test('a browser is shown a page at /, and a tool JSON', async () => {
  const issuer = await start();
  const page = await fetch(`${issuer.url}/`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain(`<a href="${issuer.url}/${DEFAULT_TENANT_ID}/discovery/v2.0/keys">`);
  expect((await readJson(await fetch(`${issuer.url}/`))).error).toBe('not_found');
});

describe('mint()', () => {
  test('gives a token that verifies through discovery and says what Entra says', async () => {
    const issuer = await start({ randomness: seededRandomness(1) });
    const { payload, protectedHeader } = await verify(issuer, await issuer.mint());
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ tid: DEFAULT_TENANT_ID, scp: 'Chat.ReadWrite', ver: '2.0', idtyp: 'user' });
    expect(payload.sub).toBe(payload.oid);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
  });

  test('gives an application token when roles are asked for alone', async () => {
    const issuer = await start();
    const claims = decodeJwt(await issuer.mint({ roles: ['Chat.ReadWrite.All'] }));
    expect(claims).toMatchObject({ roles: ['Chat.ReadWrite.All'], idtyp: 'app' });
    expect(claims).not.toHaveProperty('scp');
  });

  test('takes every claim that a test wants to be wrong', async () => {
    const issuer = await start();
    const asked = { audience: 'a', issuer: 'i', tenantId: 't', subject: 's', notBefore: 5, expiresInSeconds: -60 };
    const now = new VirtualClock(START).now() / 1_000;
    expect(decodeJwt(await issuer.mint(asked))).toMatchObject({
      aud: 'a',
      iss: 'i',
      tid: 't',
      sub: 's',
      nbf: 5,
      exp: now - 60,
    });
  });
});

describe('the signing key', () => {
  test('outlives a restart, in a file that only its owner reads', async () => {
    const first = await start({ dataDir: folder });
    const token = await first.mint();
    await first.close();
    const second = await start({ dataDir: folder });
    expect(decodeProtectedHeader(await second.mint()).kid).toBe(decodeProtectedHeader(token).kid);
    const { mode } = await stat(join(folder, 'signing-keys.json'));
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
  });

  test('is on disk before close() ends, also when nobody asked for a token', async () => {
    const issuer = await start({ dataDir: folder });
    await issuer.close();
    expect(JSON.parse(await readFile(join(folder, 'signing-keys.json'), 'utf8')).keys).toHaveLength(1);
  });

  test('is replaced by rotateKeys(), and tokens of the former key still verify', async () => {
    const issuer = await start();
    const before = await issuer.mint();
    await issuer.rotateKeys();
    const after = await issuer.mint();
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    await verify(issuer, before);
    await verify(issuer, after);
  });

  test('is published without its private half', async () => {
    const issuer = await start();
    const response = await fetch(`${issuer.url}/${DEFAULT_TENANT_ID}/discovery/v2.0/keys`);
    const { keys } = (await response.json()) as { keys: object[] };
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  test.each([
    ['no JSON', 'not json'],
    ['no key', '{"keys":[]}'],
    ['a public key alone', '{"keys":[{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}]}'],
  ])('is rejected and left alone when its file holds %s', async (_, content) => {
    const file = join(folder, 'signing-keys.json');
    await writeFile(file, content);
    await expect(start({ dataDir: folder })).rejects.toMatchObject({ code: 'KeyFileDamaged' });
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});

describe('the token endpoint', () => {
  test('answers with a bearer token', async () => {
    const issuer = await start();
    const response = await askForToken(issuer, {
      ...CREDENTIALS,
      scopes: 'Chat.Read  Chat.ReadWrite',
      expires_in: '60',
    });
    const body = await readJson(response);
    expect([response.status, body.token_type, body.expires_in]).toEqual([200, 'Bearer', 60]);
    expect(decodeJwt(String(body.access_token)).scp).toBe('Chat.Read Chat.ReadWrite');
  });

  test('takes the audience from the scope parameter', async () => {
    const issuer = await start();
    const body = await readJson(await askForToken(issuer, { ...CREDENTIALS, scope: 'api://mine/.default' }));
    expect(decodeJwt(String(body.access_token)).aud).toBe('api://mine');
  });

  test.each([
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no grant', {}, 'unsupported_grant_type'],
    ['a scope without a resource', { ...CREDENTIALS, scope: 'Chat.Read' }, 'invalid_scope'],
    ['a life of 0 s', { ...CREDENTIALS, expires_in: '0' }, 'invalid_request'],
    ['a life of more than a day', { ...CREDENTIALS, expires_in: '86401' }, 'invalid_request'],
    ['a life that is no number', { ...CREDENTIALS, expires_in: '1h' }, 'invalid_request'],
  ])('rejects %s', async (_, form, error) => {
    const response = await askForToken(await start(), form);
    expect([response.status, (await readJson(response)).error]).toEqual([400, error]);
  });

  test('rejects a parameter that is given twice, JSON, and a body over 16 KB', async () => {
    const issuer = await start();
    const url = `${issuer.url}/${DEFAULT_TENANT_ID}/oauth2/v2.0/token`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const twice = { method: 'POST', headers: form, body: 'grant_type=client_credentials&roles=a&roles=b' };
    expect((await fetch(url, twice)).status).toBe(400);
    const asJson = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await fetch(url, asJson)).status).toBe(400);
    expect((await fetch(url, { method: 'POST', headers: form, body: 'x'.repeat(17_000) })).status).toBe(413);
  });

  test('rejects a web page', async () => {
    const response = await askForToken(await start(), CREDENTIALS, { origin: 'http://localhost:3000' });
    expect([response.status, (await readJson(response)).error]).toEqual([403, 'access_denied']);
  });
});

describe('the managed identity', () => {
  const identityHeader = 'secret';
  const QUERY = '?api-version=2019-08-01&resource=https%3A%2F%2Flocalhost%3A8081';

  function ask(issuer: Issuer, query: string, header = identityHeader) {
    return fetch(`${issuer.managedIdentityUrl}${query}`, { headers: { 'x-identity-header': header } });
  }

  test('gets tokens of an application for the resource it names', async () => {
    const issuer = await start({ identityHeader });
    const body = await readJson(await ask(issuer, QUERY));
    const claims = decodeJwt(String(body.access_token));
    expect(claims).toMatchObject({ aud: 'https://localhost:8081', idtyp: 'app' });
    expect(body).toMatchObject({ token_type: 'Bearer', resource: claims.aud, expires_on: String(claims.exp) });
  });

  test('is another one for each client id', async () => {
    const issuer = await start({ identityHeader });
    const body = await readJson(await ask(issuer, `${QUERY}&client_id=mine`));
    expect(decodeJwt(String(body.access_token))).toMatchObject({ azp: 'mine', oid: 'mine', sub: 'mine' });
    expect(body.client_id).toBe('mine');
  });

  test.each([
    ['another header', QUERY, 'wrong', 401],
    ['no header', QUERY, '', 401],
    ['no resource', '?api-version=2019-08-01', identityHeader, 400],
    ['another version', QUERY.replace('2019', '2017'), identityHeader, 400],
    ['an identity named otherwise', `${QUERY}&mi_res_id=x`, identityHeader, 400],
    ['a query that is too long', `${QUERY}&x=${'x'.repeat(2_048)}`, identityHeader, 400],
  ])('gets nothing with %s', async (_, query, header, status) => {
    const response = await ask(await start({ identityHeader }), query, header);
    expect([response.status, Object.keys(await readJson(response))]).toEqual([status, ['statusCode', 'message']]);
  });

  test('is not there unless it was asked for', async () => {
    expect((await ask(await start(), QUERY)).status).toBe(404);
  });
});

test.each([
  ['a name that was rebound to this machine', 'evil.example:7072', 403],
  ['localhost', 'LOCALHOST:7072', 200],
  ['the IPv6 loopback', '[::1]:7072', 200],
  ['a name that begins like a loopback address', '127.0.0.1.evil.example', 403],
])('A request whose Host is %s is answered accordingly', async (_, host, status) => {
  const issuer = await start();
  expect(await statusWithHost(`${issuer.issuer}/.well-known/openid-configuration`, host)).toBe(status);
});

test('An unknown tenant, path or method answers 404', async () => {
  const issuer = await start();
  expect((await fetch(`${issuer.url}/common/v2.0/.well-known/openid-configuration`)).status).toBe(404);
  expect((await fetch(`${issuer.url}/`)).status).toBe(404);
  expect((await fetch(`${issuer.url}/${DEFAULT_TENANT_ID}/oauth2/v2.0/token`)).status).toBe(404);
});

test('startIssuer() rejects when the port is taken', async () => {
  const first = await start();
  await expect(start({ port: Number(new URL(first.url).port) })).rejects.toMatchObject({ code: 'PortInUse' });
});

/** fetch() does not let the caller choose Host. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject).end();
  });
}
