import { createDecipheriv, createHmac, type KeyObject, privateDecrypt, X509Certificate } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { newCertificate } from '../support/certificates.ts';
import { JSON_TYPE } from '../support/create-operation-request.ts';
import { itemPath, useGraph } from '../support/graph.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

const { create, patch, send, stack } = useGraph();

interface Notification {
  readonly changeType: string;
  readonly lifecycleEvent: string;
  readonly subscriptionId: string;
  readonly clientState: string;
  readonly resourceData: { readonly id: string };
  readonly encryptedContent: {
    readonly data: string;
    readonly dataSignature: string;
    readonly dataKey: string;
    readonly encryptionCertificateId: string;
    readonly encryptionCertificateThumbprint: string;
  };
}

interface Message {
  readonly value: readonly Notification[];
  readonly validationTokens?: readonly string[];
}

const APPLICATION = '2f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';
let receiver: Receiver;
let messages: Message[];
let onMessage: () => void;

beforeEach(async () => {
  messages = [];
  onMessage = () => undefined;
  receiver = await startReceiver();
  receiver.answer = ({ url, body }, response) => {
    const token = new URL(url, receiver.origin).searchParams.get('validationToken');
    if (token !== null) return response.writeHead(200, { 'content-type': 'text/plain' }).end(token);
    messages.push(JSON.parse(body));
    onMessage();
    return response.writeHead(202).end();
  };
});

afterEach(() => receiver.close());

function arrived(count: number): Promise<void> {
  return new Promise((resolve) => {
    onMessage = () => messages.flatMap(({ value }) => value).length >= count && resolve();
    onMessage();
  });
}

const post = (path: string, body: object) =>
  send({ method: 'POST', path, headers: JSON_TYPE, body: JSON.stringify(body) });

const subscribe = (chatId: string, changes: object) =>
  post('/subscriptions', {
    resource: `chats('${chatId}')/operations`,
    changeType: 'created,updated,deleted',
    notificationUrl: receiver.origin,
    expirationDateTime: new Date(Date.now() + 50 * 60_000).toISOString(),
    clientState: 'secret',
    ...changes,
  });

/** The steps of Graph's page about notifications with resource data, as a receiver takes them. */
function decrypt({ data, dataKey, dataSignature }: Notification['encryptedContent'], privateKey: KeyObject) {
  const key = privateDecrypt({ key: privateKey, oaepHash: 'sha1' }, Buffer.from(dataKey, 'base64'));
  const encrypted = Buffer.from(data, 'base64');
  expect(createHmac('sha256', key).update(encrypted).digest('base64')).toBe(dataSignature);
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
  return JSON.parse(Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8'));
}

describe('notifications with resource data', () => {
  test('are decrypted with the key of the certificate, and proven by their tokens', async () => {
    const { certificate, privateKey } = newCertificate();
    const { status, body } = await subscribe('rich', {
      includeResourceData: true,
      encryptionCertificate: certificate,
      encryptionCertificateId: 'key-1',
      notificationUrlAppId: APPLICATION,
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { includeResourceData: true, encryptionCertificateId: 'key-1', notificationUrlAppId: APPLICATION },
    });
    await create('rich', { id: 'a', status: 'inProgress', ünï: { any: ['"', 1, null] } });
    await arrived(1);
    await patch(itemPath('rich', 'a'), { status: 'succeeded' });
    await arrived(2);
    await send({ method: 'DELETE', path: itemPath('rich', 'a') });
    await arrived(3);
    const notifications = messages.flatMap(({ value }) => value);
    const contents = notifications.map(({ encryptedContent }) => decrypt(encryptedContent, privateKey));
    expect(notifications.map(({ changeType }) => changeType)).toEqual(['created', 'updated', 'deleted']);
    expect(contents[0]).toMatchObject({ id: 'a', status: 'inProgress', ünï: { any: ['"', 1, null] } });
    expect(contents[1]).toMatchObject({ id: 'a', status: 'succeeded' });
    expect(contents[2]).toEqual({
      '@odata.type': '#Microsoft.Graph.teamsAsyncOperation',
      '@odata.id': "chats('rich')/operations('a')",
      id: 'a',
    });
    const thumbprint = new X509Certificate(Buffer.from(certificate, 'base64')).fingerprint.replaceAll(':', '');
    for (const { encryptedContent } of notifications)
      expect(encryptedContent).toMatchObject({
        encryptionCertificateId: 'key-1',
        encryptionCertificateThumbprint: thumbprint,
      });
    const { iss } = decodeJwt(messages[0]?.validationTokens?.[0] ?? '');
    const discovered = await fetch(`${iss}/.well-known/openid-configuration`);
    const { jwks_uri: keysUrl } = (await discovered.json()) as { jwks_uri: string }; // checked by the URL
    const keys = createRemoteJWKSet(new URL(keysUrl));
    for (const { validationTokens = [] } of messages) {
      expect(validationTokens).toHaveLength(1);
      const { payload } = await jwtVerify(validationTokens[0] ?? '', keys, { audience: APPLICATION });
      // Microsoft Graph Change Tracking, which is what receivers look for.
      expect(payload.azp).toBe('0bf30f3b-4a52-48df-9a82-234910c4a086');
    }
  });

  test('use a new key for each notification', async () => {
    const { certificate, privateKey } = newCertificate({ bits: 4_096 });
    await subscribe('keys', {
      includeResourceData: true,
      encryptionCertificate: certificate,
      encryptionCertificateId: 'k',
    });
    await create('keys', { id: 'a' });
    await create('keys', { id: 'b' });
    await arrived(2);
    const [one, other] = messages
      .flatMap(({ value }) => value)
      .map(({ encryptedContent }) => privateDecrypt(privateKey, Buffer.from(encryptedContent.dataKey, 'base64')));
    expect(one?.length).toBe(32);
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });

  test('are not sent to subscriptions that do not ask for them', async () => {
    await subscribe('plain', {});
    await create('plain', { id: 'a' });
    await arrived(1);
    expect(messages[0]).not.toHaveProperty('validationTokens');
    expect(messages[0]?.value[0]).not.toHaveProperty('encryptedContent');
  });

  const good = { includeResourceData: true, encryptionCertificateId: 'k' };
  test.each<[string, object, string]>([
    ['no certificate', good, "The 'encryptionCertificate' property is required when includeResourceData is true."],
    [
      'no id of the certificate',
      { ...good, encryptionCertificateId: null, encryptionCertificate: 'AAAA' },
      "The 'encryptionCertificateId' property is required when includeResourceData is true.",
    ],
    [
      'what is no Base64',
      { ...good, encryptionCertificate: '-----BEGIN CERTIFICATE-----' },
      'Certificate validation error: Cannot find the requested object.',
    ],
    [
      'a public key',
      { ...good, encryptionCertificate: 'AAAAB3NzaC1yc2EAAAABIwAAAQEA18MJo8YuC7CH' },
      'Certificate validation error: Cannot find the requested object.',
    ],
    [
      'a key that is too small',
      { ...good, encryptionCertificate: newCertificate({ bits: 1_024 }).certificate },
      'Certificate validation error: The key must be an RSA key of 2048 to 4096 bits.',
    ],
    [
      'a key of an elliptic curve',
      { ...good, encryptionCertificate: newCertificate({ type: 'ec' }).certificate },
      'Certificate validation error: The key must be an RSA key of 2048 to 4096 bits.',
    ],
    [
      'a certificate that has expired',
      { ...good, encryptionCertificate: newCertificate({ notAfter: new Date('2020-01-01') }).certificate },
      'Certificate validation error: The certificate has expired.',
    ],
  ])('are not to be had with %s', async (_certificate, changes, message) => {
    const { status, body } = await subscribe('bad', changes);
    expect({ status, message: body.error.message }).toEqual({ status: 400, message });
    expect(receiver.requests).toEqual([]);
  });
});

describe('lifecycle notifications on demand', () => {
  /** The simulator is no part of the documented API. */
  async function simulate(id: string, lifecycleEvent: unknown) {
    const authorization = `Bearer ${await stack().issuer.mint({ scopes: ['Chat.ReadWrite'] })}`;
    const response = await fetch(`${stack().functionsUrl}/beta/subscriptions/${id}/simulateLifecycle`, {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization },
      body: JSON.stringify({ lifecycleEvent }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  test.each([
    ['missed', 200],
    ['reauthorizationRequired', 200],
    ['subscriptionRemoved', 404],
  ])('%s is sent, after which the subscription answers %i', async (event, status) => {
    const { body } = await subscribe(event, { lifecycleNotificationUrl: receiver.origin });
    expect((await simulate(body.id, event)).status).toBe(204);
    await arrived(1);
    expect(messages).toEqual([
      {
        value: [
          {
            subscriptionId: body.id,
            subscriptionExpirationDateTime: expect.any(String),
            clientState: 'secret',
            tenantId: expect.any(String),
            lifecycleEvent: event,
          },
        ],
      },
    ]);
    expect((await send({ path: `/subscriptions/${body.id}` })).status).toBe(status);
  });

  test('are for the owner of a subscription that has an endpoint for them, and for events that there are', async () => {
    const { body } = await subscribe('without', {});
    expect(await simulate(body.id, 'missed')).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('no lifecycleNotificationUrl') } },
    });
    expect(await simulate(body.id, 'forgotten')).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('missed') } },
    });
    expect((await simulate('00000000-0000-4000-8000-000000000009', 'missed')).status).toBe(404);
  });
});
