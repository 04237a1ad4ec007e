import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WELL_KNOWN_KEY } from '@lazurite/cosmos';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { type OtlpCollector, startOtlpCollector } from '../../emulator/functions/src/testing/otlp-collector.ts';
import { type CosmosWire, startCosmosWire } from '../support/cosmos-wire.ts';
import { exampleWith, JSON_TYPE } from '../support/create-operation-request.ts';
import { openApp } from '../support/stack.ts';

/** What must not be seen again begins so. Chats and operations may be: they are part of addresses. */
const MARK = 'kept-to-ourselves';

const BODIES = [
  exampleWith({ id: 'op-1', error: { code: `${MARK}-code`, message: `${MARK}-message` } }),
  exampleWith({ targetResourceLocation: `/${MARK}`, [`${MARK}-property`]: [{ a: `${MARK}-value` }] }),
  exampleWith({ status: `${MARK}-status`, operationType: `${MARK}-type` }),
  JSON.stringify({ status: 'succeeded', targetResourceId: `${MARK}-target` }),
  JSON.stringify({
    changeType: 'created,updated',
    resource: '/chats/19:secrecy/operations',
    notificationUrl: `http://127.0.0.1:1/${MARK}?code=${MARK}`,
    clientState: `${MARK}-state`,
    expirationDateTime: new Date(Date.now() + 600_000).toISOString(),
  }),
  JSON.stringify({ requests: [{ id: '1', method: 'GET', url: `/chats/x/operations?$search="${MARK}"` }] }),
  `{"broken": ${MARK}`,
];

const QUERIES = [
  '',
  `?$filter=${encodeURIComponent(`targetResourceId eq '${MARK}'`)}`,
  `?$search=${encodeURIComponent(`"${MARK}"`)}&$skiptoken=${MARK}&code=${MARK}`,
];

let folder: string;
let collector: OtlpCollector;
let stack: Stack;
let wire: CosmosWire;
let events: unknown[];

beforeEach(async () => {
  events = [];
  folder = await mkdtemp(join(tmpdir(), 'lazurite-secrecy-'));
  [collector, wire] = await Promise.all([startOtlpCollector(), startCosmosWire()]);
});

afterEach(async () => {
  await stack?.close();
  await Promise.all([collector.close(), wire.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function start(settings: Record<string, string> = {}): Promise<void> {
  const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  stack = await startStack({
    ...(await openApp({ ...process.env, ...otlp, ...settings })),
    dataDir: folder,
    onEvent: (event) => events.push(event),
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
  });
}

/** Calls every route with every body and every query that it may be given, and with what it may not. */
async function callEverything(): Promise<readonly string[]> {
  const token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
  const forged = `${token.slice(0, -8)}${MARK}`;
  const requests = stack.functions.functions.flatMap(({ url, methods }) =>
    methods.flatMap((method) => {
      const rejected = requestsTo(url ?? '', { method, bearer: forged });
      return [...requestsTo(url ?? '', { method, bearer: token }), ...rejected.slice(0, 1)];
    }),
  );
  const statuses = new Set<number>();
  for (const send of requests) statuses.add((await send()).status);
  expect([...statuses]).toEqual(expect.arrayContaining([400, 401]));
  return [token, forged].map((bearer) => bearer.split('.').at(-1) ?? '');
}

function requestsTo(url: string, { method, bearer }: { method: string; bearer: string }): (() => Promise<Response>)[] {
  const target = url
    .replace('{chatsId}', '19%3Asecrecy')
    .replace('{operationId}', 'op-1')
    .replace(/\{[^}]*\}/g, 'any');
  const headers = {
    ...JSON_TYPE,
    authorization: `Bearer ${bearer}`,
    cookie: MARK,
    prefer: `return=minimal; x="${MARK}"`,
    'if-match': `W/"${MARK}"`,
  };
  if (!['POST', 'PATCH', 'PUT'].includes(method))
    return QUERIES.map((query) => () => fetch(target + query, { method, headers }));
  return BODIES.map((body, index) => () => {
    const query = QUERIES[index % QUERIES.length] ?? '';
    return fetch(target + query, { method, headers, body });
  });
}

/** All events and telemetry of the stack, which is closed first so that all is sent. */
async function everythingSent(): Promise<string> {
  await stack.close();
  return [JSON.stringify(events), ...collector.requests.map(({ body }) => String(body))].join('\n');
}

function expectNothingOf(sent: string, secrets: readonly string[]): void {
  for (const secret of [MARK, WELL_KNOWN_KEY, ...secrets]) {
    const at = sent.indexOf(secret);
    expect(at < 0 ? '' : sent.slice(Math.max(0, at - 200), at + 200)).toBe('');
  }
}

test('No token, no key and no payload is in a log line, a span or a metric, whatever is called', async () => {
  await start();
  const signatures = await callEverything();
  const sent = await everythingSent();
  expect(sent).toContain('graph.client_request_id');
  expectNothingOf(sent, signatures);
});

test('Nor where the store quotes what it was sent', async () => {
  const quoting = { code: 'BadRequest', message: `Cannot read ${BODIES[0]}, signed ${WELL_KNOWN_KEY}` };
  wire.answer = { status: 400, headers: { 'x-ms-activity-id': 'activity-1' }, body: quoting };
  await start({ COSMOS_CONNECTION: `AccountEndpoint=${wire.endpoint};AccountKey=${WELL_KNOWN_KEY};`, LRO_LAB: 'off' });
  const signatures = await callEverything();
  const sent = await everythingSent();
  expect(sent).toContain('activity-1');
  expectNothingOf(sent, signatures);
});
