import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createLocalJWKSet, decodeJwt, exportSPKI, type JSONWebKeySet } from 'jose';
import {
  CHAT_ID,
  EXAMPLE,
  exampleWith,
  JSON_TYPE,
  operationsPath,
  type RawRequest,
} from '../support/create-operation-request.ts';
import { REJECTED_REQUESTS } from '../support/rejected-requests.ts';
import { sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const GOOD: RawRequest = { headers: JSON_TYPE, body: exampleWith({}) };
const MEGABYTE = 1024 * 1024;

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
});

afterAll(() => stack?.close());

/** `bearer` null sends no token. */
function post({ path = operationsPath(), headers, body }: RawRequest, bearer: string | null = token) {
  const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  return sendRequest(`${stack.functionsUrl}/beta`, {
    method: 'POST',
    path,
    headers: { ...headers, ...authorization },
    ...(body !== undefined && { body }),
  });
}

describe('POST /beta/chats/{chatsId}/operations', () => {
  test('answers 201 with the operation, where it is, and the headers of Graph', async () => {
    const { status, headers, body } = await post(GOOD);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...EXAMPLE,
      '@odata.context': `${stack.functionsUrl}/beta/$metadata#chats('${encodeURIComponent(CHAT_ID)}')/operations/$entity`,
      id: expect.stringMatching(GUID),
      createdDateTime: expect.stringMatching(/Z$/),
      error: { '@odata.type': 'microsoft.graph.operationError', code: null, message: null },
    });
    expect(headers.get('location')).toBe(`${stack.functionsUrl}/beta${operationsPath()}/${body.id}`);
    expect(headers.get('etag')).toMatch(/^W\/"[^"]+"$/);
    expect(headers.get('request-id')).toMatch(GUID);
    expect(headers.get('client-request-id')).toBe(headers.get('request-id'));
    expect(headers.get('odata-version')).toBe('4.0');
    expect(headers.get('content-type')).toMatch(/^application\/json;odata\.metadata=minimal/);
    expect(headers.get('x-ms-ags-diagnostic')).toContain('ServerInfo');
  });

  test.each(REJECTED_REQUESTS)('rejects $title with $status', async ({ status, code, targets = [], ...request }) => {
    const { body, headers, status: answered } = await post(request);
    expect({ status: answered, code: body.error.code }).toEqual({ status, code });
    const details: { target: string }[] = body.error.details ?? [];
    expect(details.map(({ target }) => target).sort()).toEqual([...targets].sort());
    expect(body.error.innerError['request-id']).toBe(headers.get('request-id'));
    expect(headers.get('content-type')).toBe('application/json');
  });

  test('rejects an operation of more than 2 MB with 413', async () => {
    const answer = await post({ ...GOOD, body: exampleWith({ values: 'x'.repeat(2 * MEGABYTE) }) });
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'RequestEntityTooLarge' } } });
  });

  test('rejects a body of 101 MB with 413 when it is announced', async () => {
    const { hostname, port } = new URL(stack.functionsUrl);
    const outgoing = httpRequest({
      hostname,
      port,
      method: 'POST',
      path: `/beta${operationsPath()}`,
      headers: { ...JSON_TYPE, authorization: `Bearer ${token}`, 'content-length': 101 * MEGABYTE },
    });
    outgoing.write(Buffer.alloc(64 * 1024, ' '));
    const [answer] = await once(outgoing, 'response');
    expect(answer.statusCode).toBe(413);
    outgoing.on('error', () => undefined).destroy(); // the rest is never sent
  });

  test('rejects repeated properties with 400', async () => {
    const body = `${exampleWith({}).slice(0, -1)},"status":"failed"}`;
    expect(await post({ ...GOOD, body })).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
  });

  test('accepts a byte order mark', async () => {
    expect(await post({ ...GOOD, body: `\ufeff${exampleWith({ status: 'failed' })}` })).toMatchObject({
      status: 201,
      body: { status: 'failed' },
    });
  });

  test('keeps names that Cosmos DB reserves as dynamic properties', async () => {
    const given = { _etag: 'mine', _ts: 1, ttl: 1, chatId: 'another', values: '{"appIds":["1"]}', constructor: 1 };
    const answer = await post({ ...GOOD, body: exampleWith(given) });
    expect(answer).toMatchObject({ status: 201, body: given });
  });

  test.each([
    ['raw', `/chats/${CHAT_ID}/operations`],
    ['percent-encoded', operationsPath()],
    ['with an encoded slash', '/chats/a%2Fb/operations'],
    ['of 2 KB', `/chats/${'a'.repeat(2048)}/operations`],
  ])('accepts a chat id %s', async (_title, path) => {
    expect((await post({ ...GOOD, path })).status).toBe(201);
  });

  test('rejects an empty chat id with 400', async () => {
    expect((await post({ ...GOOD, path: '/chats//operations' })).status).toBe(400);
  });

  test('answers 409 for an id the chat holds, and 201 for it in another chat', async () => {
    const request = { ...GOOD, body: exampleWith({ id: 'twice' }) };
    expect((await post(request)).status).toBe(201);
    expect(await post(request)).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });
    expect((await post({ ...request, path: operationsPath('another') })).status).toBe(201);
    const encoded = { ...request, path: `/chats/${CHAT_ID}/operations` };
    expect((await post(encoded)).status).toBe(409);
  });

  test('lets exactly one of 20 concurrent requests have an id', async () => {
    const body = exampleWith({ id: 'raced' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ ...GOOD, body })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });
});

describe('a token', () => {
  async function rejection(bearer: string | null): Promise<unknown> {
    const { status, body, headers } = await post(GOOD, bearer);
    return { status, code: body.error.code, challenge: headers.get('www-authenticate') };
  }

  const REJECTED = { status: 401, code: 'InvalidAuthenticationToken', challenge: expect.stringMatching(/^Bearer /) };

  test('is required', async () => {
    expect(await rejection(null)).toEqual(REJECTED);
  });

  test('that has expired is rejected', async () => {
    expect(await rejection(await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], expiresInSeconds: -600 }))).toEqual(
      REJECTED,
    );
  });

  test('for another audience is rejected', async () => {
    expect(await rejection(await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], audience: 'api://else' }))).toEqual(
      REJECTED,
    );
  });

  test('of another issuer is rejected', async () => {
    const other = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], issuer: 'https://else.example/v2.0' });
    expect(await rejection(other)).toEqual(REJECTED);
  });

  test('with alg none is rejected', async () => {
    const [, payload] = token.split('.');
    expect(await rejection(`${encode({ alg: 'none' })}.${payload}.`)).toEqual(REJECTED);
  });

  test('signed by HS256 with the public key is rejected', async () => {
    const [header = '', payload] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const input = `${encode({ alg: 'HS256', kid })}.${payload}`;
    const signature = createHmac('sha256', await publicKey(kid))
      .update(input)
      .digest('base64url');
    expect(await rejection(`${input}.${signature}`)).toEqual(REJECTED);
  });

  test('without the permission is answered 403, naming what is needed and what was there', async () => {
    const { status, body } = await post(GOOD, await stack.issuer.mint({ scopes: ['Chat.Read'] }));
    expect(status).toBe(403);
    expect(body.error).toMatchObject({
      code: 'Forbidden',
      message:
        "Missing scope permissions on the request. API requires one of 'Chat.ReadWrite'. Scopes on the request 'Chat.Read'.",
    });
  });

  test('of an application with the role is accepted', async () => {
    expect((await post(GOOD, await stack.issuer.mint({ roles: ['Chat.ReadWrite.All'] }))).status).toBe(201);
  });

  test('of an application is not let in by a delegated permission', async () => {
    expect((await post(GOOD, await stack.issuer.mint({ roles: ['Chat.ReadWrite'] }))).status).toBe(403);
  });

  test('of a personal account is rejected', async () => {
    const tenantId = '9188040d-6c67-4c5b-b112-36a304b66dad';
    expect((await post(GOOD, await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], tenantId }))).status).toBe(403);
  });
});

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

async function publicKey(kid: string): Promise<string> {
  const { iss } = decodeJwt(token);
  const discovery = await fetch(`${iss}/.well-known/openid-configuration`);
  const { jwks_uri } = (await discovery.json()) as { jwks_uri: string }; // the issuer's own tests hold it to that
  const keys = (await (await fetch(jwks_uri)).json()) as JSONWebKeySet; // as above
  return exportSPKI(await createLocalJWKSet(keys)({ alg: 'RS256', kid }));
}
