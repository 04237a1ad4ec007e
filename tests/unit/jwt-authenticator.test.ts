import { createHmac } from 'node:crypto';
import { exportSPKI, type JWTPayload } from 'jose';
import type { Authenticator } from '../../shared/domain/caller.ts';
import { createJwtAuthenticator, createSigningKeys } from '../../shared/identity/jwt-authenticator.ts';
import { newSigningKey, startTestIssuer, type TestIssuer } from '../support/test-issuer.ts';

const AUDIENCE = 'https://graph.microsoft.com';
const MINUTE_S = 60;

let issuer: TestIssuer;
let authenticator: Authenticator;
let nowMs: number;

beforeEach(async () => {
  issuer = await startTestIssuer();
  nowMs = Date.now();
  authenticator = newAuthenticator();
});

afterEach(() => issuer.close());

function newAuthenticator(): Authenticator {
  const now = () => nowMs;
  return createJwtAuthenticator({
    issuer: issuer.url,
    audience: AUDIENCE,
    keys: createSigningKeys(issuer.url, { now }),
    now,
  });
}

function claims(changes: JWTPayload = {}): JWTPayload {
  const seconds = Math.floor(nowMs / 1000);
  return {
    iss: issuer.url,
    aud: AUDIENCE,
    nbf: seconds,
    exp: seconds + 60 * MINUTE_S,
    scp: 'Chat.ReadWrite',
    ...changes,
  };
}

async function authenticate(changes: JWTPayload = {}): Promise<unknown> {
  return authenticator.authenticate(`Bearer ${await issuer.mint(claims(changes))}`);
}

function unsigned(header: object, payload: JWTPayload): string {
  return [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

const REJECTED = { code: 'InvalidAuthenticationToken' };

describe('authenticate()', () => {
  test('reads the scopes of a delegated token, also when its user has roles', async () => {
    expect(
      await authenticate({ scp: 'User.Read Chat.ReadWrite', roles: ['Chat.ReadWrite.All'], tid: 't', oid: 'o' }),
    ).toEqual({
      kind: 'delegated',
      id: 'o',
      applicationId: null,
      permissions: ['User.Read', 'Chat.ReadWrite'],
      tenantId: 't',
      isPersonalAccount: false,
    });
  });

  test('reads the roles of an application token', async () => {
    expect(await authenticate({ scp: undefined, roles: ['Chat.ReadWrite.All', 7] })).toMatchObject({
      kind: 'application',
      permissions: ['Chat.ReadWrite.All'],
    });
  });

  test('reads the client of a token, whatever version it is of', async () => {
    expect(await authenticate({ azp: 'client' })).toMatchObject({ applicationId: 'client' });
    expect(await authenticate({ appid: 'client' })).toMatchObject({ applicationId: 'client' });
    expect(await authenticate({ azp: 7 })).toMatchObject({ applicationId: null });
  });

  test('tells personal accounts', async () => {
    const caller = await authenticate({ tid: '9188040d-6c67-4c5b-b112-36a304b66dad' });
    expect(caller).toMatchObject({ isPersonalAccount: true });
  });

  test.each([[null], [''], ['Bearer'], ['Bearer  ']])('rejects %j as no token', async (header) => {
    await expect(authenticator.authenticate(header)).rejects.toMatchObject({
      ...REJECTED,
      message: 'Access token is empty.',
      reason: null,
    });
  });

  test.each(['Basic dTpw', 'Bearer x', 'Bearer a.b.c', `Bearer ${'a'.repeat(70_000)}`])(
    'rejects %p',
    async (header) => {
      await expect(authenticator.authenticate(header)).rejects.toMatchObject(REJECTED);
    },
  );

  test('rejects another audience, another issuer and a token without expiry', async () => {
    await expect(authenticate({ aud: 'https://example.com' })).rejects.toMatchObject(REJECTED);
    await expect(authenticate({ iss: `${issuer.url}/` })).rejects.toMatchObject(REJECTED);
    const { exp: _exp, ...endless } = claims();
    const token = await issuer.mint(endless);
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject(REJECTED);
  });

  test('allows the clocks to be five minutes apart and no more', async () => {
    const seconds = Math.floor(nowMs / 1000);
    await expect(authenticate({ exp: seconds - 299 })).resolves.toBeDefined();
    await expect(authenticate({ nbf: seconds + 299 })).resolves.toBeDefined();
    await expect(authenticate({ exp: seconds - 301 })).rejects.toMatchObject({
      message: 'Access token has expired or is not yet valid.',
    });
    await expect(authenticate({ nbf: seconds + 302 })).rejects.toMatchObject({
      message: 'Access token has expired or is not yet valid.',
    });
  });

  test('checks the signature of a token that is used again no more', async () => {
    const keys = createSigningKeys(issuer.url, { now: () => nowMs });
    let looks = 0;
    const find: typeof keys.find = (...token) => {
      looks += 1;
      return keys.find(...token);
    };
    const counted = createJwtAuthenticator({
      issuer: issuer.url,
      audience: AUDIENCE,
      now: () => nowMs,
      keys: { ...keys, find },
    });
    const header = `Bearer ${await issuer.mint(claims())}`;
    for (let call = 0; call < 10; call += 1) await counted.authenticate(header);
    expect(looks).toBe(2); // the first one also fetched the keys, and is not kept
    nowMs += 10 * MINUTE_S * 1000 + 1;
    await counted.authenticate(header);
    expect(looks).toBe(3);
  });

  test('rejects alg none', async () => {
    const token = `${unsigned({ alg: 'none', kid: 'first' }, claims())}.`;
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject(REJECTED);
  });

  test('rejects HS256 signed with the public key', async () => {
    const key = issuer.keys[0];
    const input = unsigned({ alg: 'HS256', kid: 'first' }, claims());
    const secret = key ? await exportSPKI(key.publicKey) : '';
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject(REJECTED);
  });

  test('rejects a token signed with a key that is not the issuer’s', async () => {
    const { privateKey } = await newSigningKey('first');
    const token = await issuer.mint(claims(), { privateKey });
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject(REJECTED);
  });

  test('rejects a token whose payload was changed, also after the original was accepted', async () => {
    const token = await issuer.mint(claims({ scp: 'User.Read' }));
    for (let call = 0; call < 3; call += 1) await authenticator.authenticate(`Bearer ${token}`);
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify(claims())).toString('base64url');
    await expect(authenticator.authenticate(`Bearer ${header}.${payload}.${signature}`)).rejects.toMatchObject(
      REJECTED,
    );
  });

  test('stops to accept a token that was accepted before once it has expired', async () => {
    const header = `Bearer ${await issuer.mint(claims())}`;
    for (let call = 0; call < 3; call += 1) await authenticator.authenticate(header);
    nowMs += 66 * MINUTE_S * 1000;
    await expect(authenticator.authenticate(header)).rejects.toMatchObject(REJECTED);
  });

  test('finds a key the issuer added later', async () => {
    await authenticate();
    const added = await newSigningKey('second');
    issuer.keys.push(added);
    nowMs += 1_100; // the cooldown between two looks
    const token = await issuer.mint(claims(), added);
    await expect(authenticator.authenticate(`Bearer ${token}`)).resolves.toBeDefined();
  });

  test('stops to accept a token that was accepted before once its key is seen to be gone', async () => {
    const old = `Bearer ${await issuer.mint(claims())}`;
    for (let call = 0; call < 3; call += 1) await authenticator.authenticate(old);
    const next = await newSigningKey('second');
    issuer.keys.splice(0, 1, next);
    nowMs += 1_100;
    await authenticator.authenticate(`Bearer ${await issuer.mint(claims())}`);
    await expect(authenticator.authenticate(old)).rejects.toMatchObject(REJECTED);
  });

  test('asks the issuer once for many tokens', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => authenticate({ jti: String(index) })));
    expect([...issuer.requests.values()]).toEqual([1, 1]);
  });

  test('asks the issuer for nothing more once its keys were fetched ahead', async () => {
    const keys = createSigningKeys(issuer.url, { now: () => nowMs });
    await keys.prefetch();
    const before = new Map(issuer.requests);
    const ahead = createJwtAuthenticator({ issuer: issuer.url, audience: AUDIENCE, keys, now: () => nowMs });
    await ahead.authenticate(`Bearer ${await issuer.mint(claims())}`);
    expect(issuer.requests).toEqual(before);
    expect([...before.values()]).toEqual([1, 1]);
  });

  test('answers that it is unavailable while the issuer is, and recovers with it', async () => {
    issuer.failWith = 500;
    await expect(authenticate()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    issuer.failWith = null;
    await expect(authenticate()).resolves.toBeDefined();
  });

  test.each([null, {}, { issuer: 'https://else.example', jwks_uri: 'https://else.example/keys' }])(
    'trusts no discovery document %j',
    async (discovery) => {
      issuer.discovery = discovery;
      await expect(authenticate()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    },
  );
});
