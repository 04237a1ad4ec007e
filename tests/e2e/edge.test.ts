import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Dashboard, type DashboardServices, Recording, startDashboard } from '@lazurite/dashboard';
import { ENDPOINT_RULES, type Endpoint } from '@lazurite/http';
import { type Issuer, startIssuer } from '@lazurite/identity';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import { sendRaw } from '../../emulator/http/src/testing/raw-request.ts';
import { repositoryRoot } from '../support/stack.ts';

const APP_ORIGIN = 'https://app.example';
const TENANT = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';

type Server = 'functions' | 'mcp' | 'cosmos' | 'issuer' | 'identity' | 'blob' | 'queue' | 'table' | 'dashboard';

interface Request {
  readonly endpoint: Endpoint;
  readonly server: Server;
  readonly method: string;
  readonly target: string;
}

const request = (endpoint: Endpoint, server: Server, [method = '', target = '']: readonly string[]): Request => ({
  endpoint,
  server,
  method,
  target,
});

const ADMIN_READS = ['host/ping', 'host/status', 'host/config', 'host/processes', 'host/drain/status', 'host/keys'];
const ADMIN_MORE = [
  'host/functionkeys',
  'host/systemkeys/_master',
  'functions',
  'functions/echo/keys',
  'functions/echo',
];
const COSMOS_PATHS = [
  '',
  'dbs',
  'dbs/x',
  'dbs/x/colls',
  'dbs/x/colls/y',
  'dbs/x/colls/y/pkranges',
  'offers',
  'offers/x',
];
const COSMOS_ITEMS = ['dbs/x/colls/y/docs', 'dbs/x/colls/y/docs/z', 'dbs/x/colls/y/conflicts', 'nowhere'];

/** At least one request to every endpoint. Those that restart the host or stop its triggers have a test of their own. */
const REQUESTS: readonly Request[] = [
  request('homepage', 'functions', ['GET', '/']),
  request('homepage', 'functions', ['GET', '/nowhere']),
  request('anonymousFunction', 'functions', ['GET', '/api/empty']),
  request('anonymousFunction', 'functions', ['POST', '/api/echo']),
  request('keyedFunction', 'functions', ['GET', '/api/guarded']),
  ...[...ADMIN_READS, ...ADMIN_MORE].map((path) => request('admin', 'functions', ['GET', `/admin/${path}`])),
  request('admin', 'functions', ['POST', '/admin/functions/nowhere']),
  request('webhook', 'functions', ['POST', '/runtime/webhooks/eventgrid?functionName=nowhere']),
  ...['GET', 'POST', 'DELETE'].map((method) => request('mcp', 'mcp', [method, '/runtime/webhooks/mcp'])),
  ...[...COSMOS_PATHS, ...COSMOS_ITEMS].flatMap((path) =>
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) =>
      request('cosmos', 'cosmos', [method, `/${path}`]),
    ),
  ),
  ...(['blob', 'queue', 'table'] as const).flatMap((server) =>
    ['GET', 'POST', 'PUT', 'DELETE'].map((method) => request('storage', server, [method, '/devstoreaccount1/x'])),
  ),
  request('issuerDocument', 'issuer', ['GET', `/${TENANT}/v2.0/.well-known/openid-configuration`]),
  request('issuerDocument', 'issuer', ['GET', `/${TENANT}/discovery/v2.0/keys`]),
  request('issuerDocument', 'issuer', ['GET', '/instance']),
  request('token', 'issuer', ['POST', `/${TENANT}/oauth2/v2.0/token`]),
  ...['/', '/main.js', '/api/overview', '/nowhere'].map((path) => request('dashboard', 'dashboard', ['GET', path])),
  request('dashboard', 'dashboard', ['POST', '/api/functions/echo/run']),
  request('managedIdentity', 'identity', ['GET', '/msi/token']),
];

/** Host headers, and what the edge makes of them. */
const HOSTS: readonly (readonly [host: string, kind: 'own' | 'foreign' | 'malformed'])[] = [
  ['localhost:PORT', 'own'],
  ['127.0.0.1:PORT', 'own'],
  ['[::1]:PORT', 'own'],
  ['app.localhost', 'own'],
  ['attacker.example:PORT', 'foreign'],
  ['127.0.0.1.attacker.example', 'foreign'],
  ['192.168.1.2:PORT', 'foreign'],
  ['localhost@attacker.example', 'malformed'],
  ['localhost:99999', 'malformed'],
  ['[::1', 'malformed'],
];

/** Origin headers; OWN: that of the host of the request. */
const ORIGINS: readonly (readonly [origin: string | undefined, kind: 'none' | 'own' | 'cors' | 'foreign'])[] = [
  [undefined, 'none'],
  ['OWN', 'own'],
  [APP_ORIGIN, 'cors'],
  ['https://attacker.example', 'foreign'],
  ['http://localhost:3000', 'foreign'],
  ['null', 'foreign'],
];

type Outcome = 'passes' | 'malformed' | 'rejected' | 'key' | 'failed';

/** What the table of docs/security.md says, in words of its own. */
function expectedOutcome(endpoint: Endpoint, host: string, origin: string): Outcome {
  if (host === 'malformed') return 'malformed';
  if (host === 'foreign') return 'rejected';
  const { ownPages, foreignPages } = ENDPOINT_RULES[endpoint];
  if (origin === 'none') return 'passes';
  if (origin === 'own') return ownPages === 'accepted' ? 'passes' : 'rejected';
  const isAllowed = foreignPages === 'accepted' || foreignPages === 'with a key';
  if (!isAllowed && !(foreignPages.startsWith('by CORS') && origin === 'cors')) return 'rejected';
  return foreignPages.endsWith('with a key') ? 'key' : 'passes';
}

let stack: Stack;
/** Of an app with MCP tools. */
let mcp: Stack;
let identity: Issuer;
let dashboard: Dashboard;
/** No request here shows the token, so that none gets to them. */
const NO_SERVICES = { functions: {}, data: {}, storage: {} } as unknown as DashboardServices;
const recording = new Recording(systemClock);
let folder = '';
let ports: Readonly<Record<Server, number>>;
let masterKey = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-edge-'));
  stack = await startStack({
    scriptRoot: resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures/v4-responses'),
    env: { ...process.env },
    dataDir: folder,
    origins: [APP_ORIGIN],
    host: { cors: { origins: [APP_ORIGIN], credentials: false } },
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
  });
  mcp = await startStack({
    scriptRoot: resolve(repositoryRoot, 'emulator/functions/src/testing/fixtures/mcp-weather'),
    origins: [APP_ORIGIN],
    host: { cors: { origins: [APP_ORIGIN], credentials: false } },
  });
  const [blob = 0, queue = 0, table = 0] = [...stack.storage.connectionString.matchAll(/Endpoint=[^;]+?:(\d+)/g)].map(
    ([, port]) => Number(port),
  );
  const { port } = stack.functions;
  identity = await startIssuer({ identityHeader: 'secret' }); // in the stack, it would ask for TLS everywhere
  dashboard = await startDashboard({ services: NO_SERVICES, recording, pageFolder: folder, log: silentLog });
  ports = {
    dashboard: Number(new URL(dashboard.url).port),
    functions: port,
    mcp: mcp.functions.port,
    cosmos: stack.cosmos.port,
    issuer: Number(new URL(stack.issuer.url).port),
    identity: Number(new URL(identity.url).port),
    blob,
    queue,
    table,
  };
  await stack.storage.start();
  const keys = await (await fetch(`${stack.functions.url}/admin/host/systemkeys/_master`)).json();
  masterKey = (keys as { value: string }).value; // as the key API documents
}, 120_000);

afterAll(async () => {
  await Promise.all([stack?.close(), mcp?.close(), identity?.close(), dashboard?.close()]);
  await recording.close();
  await rm(folder, { recursive: true, force: true });
});

async function outcomeOf(
  { endpoint, server, method, target }: Request,
  host: string,
  origin?: string,
): Promise<Outcome> {
  const port = ports[server];
  const named = host.replace('PORT', String(port));
  const own = `http://${named}`;
  const headers = [
    ...(origin === undefined ? [] : [`origin: ${origin === 'OWN' ? own : origin}`]),
    'content-length: 0',
  ];
  const { status, text } = await sendRaw({ port, host: named, method, target, headers });
  if (/The host '.+' is not a name of this server|Web pages (?:of other origins )?may not/.test(text))
    return 'rejected';
  if (status === 400 && text.includes('must have one valid Host header')) return 'malformed';
  if (status === 401 && (server === 'functions' || server === 'mcp')) return 'key';
  // Azurite takes a name such as `app.localhost` for that of an account, and fails.
  return (status >= 200 && status < 500) || endpoint === 'storage' ? 'passes' : 'failed';
}

const WALKS = Map.groupBy(REQUESTS, ({ endpoint }) => endpoint);

test('every rule has a request', () => {
  expect([...WALKS.keys()].sort()).toEqual(Object.keys(ENDPOINT_RULES).sort());
});

test.each([...WALKS])(
  '%s takes every Host and Origin as the table of rules says',
  async (endpoint, requests) => {
    const wrong: string[] = [];
    for (const [host, hostKind] of HOSTS) {
      for (const [origin, originKind] of ORIGINS) {
        const expected = expectedOutcome(endpoint, hostKind, originKind);
        const outcomes = await Promise.all(requests.map((asked) => outcomeOf(asked, host, origin)));
        for (const [index, outcome] of outcomes.entries()) {
          const { method, target } = requests[index] ?? { method: '', target: '' };
          if (outcome !== expected) wrong.push(`${method} ${target} ${host} ${origin}: ${outcome}, not ${expected}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  },
  240_000,
);

test.each(['host/restart', 'host/drain', 'host/resume', 'host/synctriggers', 'functions/tick'])(
  'POST /admin/%s asks a page that CORS allows for the master key, and is closed to others',
  async (path) => {
    const asked = request('admin', 'functions', ['POST', `/admin/${path}`]);
    expect(await outcomeOf(asked, 'localhost:PORT', APP_ORIGIN)).toBe('key');
    expect(await outcomeOf(asked, 'localhost:PORT', 'https://attacker.example')).toBe('rejected');
    expect(await outcomeOf(asked, 'attacker.example:PORT', 'OWN')).toBe('rejected');
  },
);

test('a page reaches a function with a key, and the admin API with CORS and the master key', async () => {
  const status = async (path: string, origin: string) =>
    (await fetch(stack.functions.url + path, { headers: { origin, 'x-functions-key': masterKey } })).status;
  expect(await status('/api/guarded', 'https://attacker.example')).toBe(200);
  expect(await status('/admin/host/status', APP_ORIGIN)).toBe(200);
  expect(await status('/admin/host/status', 'https://attacker.example')).toBe(403);
});

test('docs/security.md says what the rules say', async () => {
  const page = await readFile(resolve(repositoryRoot, 'docs/security.md'), 'utf8');
  for (const { server, requests, ownPages, foreignPages, credential } of Object.values(ENDPOINT_RULES))
    expect(page).toContain(`| ${[server, requests, ownPages, foreignPages, credential].join(' | ')} |`);
});
