import type { WebhookOutcome } from '../../shared/domain/notifications/webhook.ts';
import { WRITER } from '../support/call-handler.ts';
import {
  echo,
  inMinutes,
  newSubscriptionWorld,
  type SubscriptionWorld,
  WANTED,
} from '../support/subscription-world.ts';

let world: SubscriptionWorld;
beforeEach(() => {
  world = newSubscriptionWorld();
});

const LIFECYCLE = 'https://receiver.example/life';
const create = (changes: object = {}) => world.call('POST', '/subscriptions', { ...WANTED, ...changes });
const FAILED = 'Subscription validation request failed.';
const UNREACHABLE = `${FAILED} The notification endpoint could not be reached over a trusted connection.`;

function answered(changes: Partial<Extract<WebhookOutcome, { kind: 'answered' }>>) {
  return (_request: unknown, token: string): WebhookOutcome => ({ ...echo(token), ...changes }) as WebhookOutcome;
}

describe('the validation of endpoints', () => {
  test('sends each of them a token of its own, as text, within 10 seconds', async () => {
    await create({ lifecycleNotificationUrl: LIFECYCLE, expirationDateTime: inMinutes(4_000) });
    expect(world.sent).toHaveLength(2);
    const tokens = world.sent.map(({ url }) => new URL(url).searchParams.get('validationToken') ?? '');
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) {
      expect(token).toMatch(/^Validation: Testing client application reachability for subscription Request-Id: /);
      expect(token).not.toMatch(/[<>&"']/);
      expect(token.length).toBeGreaterThan(100);
    }
    const common = { contentType: 'text/plain; charset=utf-8', body: '', timeoutMs: 10_000 };
    expect(world.sent).toMatchObject([common, common]);
  });

  test.each([
    ['https://receiver.example/hook', 'https://receiver.example/hook?validationToken='],
    ['https://receiver.example/hook?a=b+c&d', 'https://receiver.example/hook?a=b+c&d&validationToken='],
    ['https://receiver.example/hook#part', 'https://receiver.example/hook?validationToken='],
  ])('adds the token to %s', async (notificationUrl, start) => {
    await create({ notificationUrl });
    expect(world.sent[0]?.url.startsWith(start)).toBe(true);
    expect(world.sent[0]?.url).not.toContain(' ');
  });

  test('asks both endpoints at once, and one that is both once', async () => {
    let waiting = 0;
    const { promise: both, resolve } = Promise.withResolvers<void>();
    world.respond = async (_request, token) => {
      waiting += 1;
      if (waiting === 2) resolve();
      await both;
      return echo(token);
    };
    expect(await create({ lifecycleNotificationUrl: LIFECYCLE })).toMatchObject({ status: 201 });
    world.respond = (_request, token) => echo(token);
    world.sent.length = 0;
    await create({ changeType: 'created', lifecycleNotificationUrl: WANTED.notificationUrl });
    expect(world.sent).toHaveLength(1);
  });

  const mustMatch = `${FAILED} Response must exactly match validationToken query parameter.`;
  const must200 = `${FAILED} Notification endpoint must respond with 200 OK to validation request.`;
  test.each<[string, SubscriptionWorld['respond'], string]>([
    ['nothing', answered({ body: '' }), mustMatch],
    ['another token', answered({ body: 'Validation: x' }), mustMatch],
    ['the token and a line feed', (_, token) => echo(`${token}\n`), mustMatch],
    ['the token in quotes', (_, token) => echo(JSON.stringify(token)), mustMatch],
    ['the token still encoded', (_, token) => echo(encodeURIComponent(token)), mustMatch],
    ['the token with + for spaces', (_, token) => echo(token.replaceAll(' ', '+')), mustMatch],
    ['the token in capitals', (_, token) => echo(token.toUpperCase()), mustMatch],
    ['the beginning of the token', (_, token) => echo(token.slice(0, -1)), mustMatch],
    ['a page with the token', (_, token) => echo(`<html>${token}</html>`), mustMatch],
    [
      'the token as HTML',
      answered({ contentType: 'text/html' }),
      `${FAILED} The content type of the response must be text/plain.`,
    ],
    [
      'the token without a type',
      answered({ contentType: null }),
      `${FAILED} The content type of the response must be text/plain.`,
    ],
    ['the token with 202', answered({ status: 202 }), must200],
    ['a redirect', answered({ status: 302 }), must200],
    ['an error', answered({ status: 500 }), must200],
    ['401', answered({ status: 401 }), must200],
    [
      'no answer in time',
      () => ({ kind: 'failed', reason: 'The endpoint did not answer in time' }),
      'Subscription validation request timed out.',
    ],
    ['no connection', () => ({ kind: 'failed', reason: 'The endpoint cannot be reached (ECONNREFUSED)' }), UNREACHABLE],
    [
      'a private address',
      () => ({ kind: 'forbidden', reason: 'The host of the URL is not a public address' }),
      `${FAILED} The host of the URL is not a public address.`,
    ],
  ])('rejects an endpoint that answers with %s, and stores nothing', async (_case, respond, message) => {
    world.respond = respond;
    const { status, body } = await create();
    expect([status, body.error.code, body.error.message]).toEqual([400, 'ValidationError', message]);
    expect((await world.call('GET', '/subscriptions')).body.value).toEqual([]);
  });

  test('rejects when one of two endpoints does not answer', async () => {
    world.respond = ({ url }, token) => (url.startsWith(LIFECYCLE) ? { kind: 'failed', reason: 'x' } : echo(token));
    expect(await create({ lifecycleNotificationUrl: LIFECYCLE })).toMatchObject({ status: 400 });
  });

  test('takes any case and parameters of the content type', async () => {
    world.respond = answered({ contentType: 'Text/Plain ;charset=UTF-8' });
    expect(await create()).toMatchObject({ status: 201 });
  });

  const codes = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'EPROTO',
    'HPE_INVALID_CONSTANT',
    'unknown',
  ];
  const tlsCodes = ['ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_SSL_WRONG_VERSION_NUMBER'];

  test('says the same of every connection that fails, whatever is at the port', async () => {
    const messages = new Set<string>();
    for (const code of [...codes, ...tlsCodes]) {
      world.respond = () => ({ kind: 'failed', reason: `The endpoint cannot be reached (${code})` });
      messages.add((await create()).body.error.message);
    }
    expect([...messages]).toEqual([UNREACHABLE]);
  });

  test('is throttled for an owner whose endpoints fail, and for nobody else', async () => {
    world.respond = () => ({ kind: 'failed', reason: 'x' });
    for (let failure = 0; failure < 20; failure += 1) expect((await create()).status).toBe(400);
    world.respond = (_request, token) => echo(token);
    world.sent.length = 0;
    const { status, headers } = await create();
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 429, retryAfter: '60' });
    expect(world.sent).toEqual([]);
    const authenticator = { authenticate: async () => ({ ...WRITER, id: 'another' }) };
    expect((await world.call('POST', '/subscriptions', WANTED, { authenticator })).status).toBe(201);
    world.now += 60_000;
    expect((await create()).status).toBe(201);
  });

  test('counts what is under way, so that not all can be asked at once', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.respond = async () => {
      if (world.sent.length === 200) resolve();
      await promise;
      return { kind: 'failed', reason: 'x' };
    };
    const asked = Array.from({ length: 300 }, () => create());
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(world.sent.length).toBeLessThan(220); // the first to fail make room for others, before there are 20
    expect(statuses.filter((status) => status === 400)).toHaveLength(world.sent.length);
    expect(statuses.filter((status) => status === 429)).toHaveLength(300 - world.sent.length);
  });

  test('is not limited while endpoints want what they are asked', async () => {
    for (let call = 0; call < 100; call += 1)
      expect((await create({ resource: `chats/${call}/operations` })).status).toBe(201);
  });
});
