import { routeOf, routesOf } from '../../shared/graph-http/routes.ts';
import { exampleWith, JSON_TYPE, operationsPath, type RawRequest } from '../support/create-operation-request.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { packageFile, startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
});
afterAll(() => stack?.close());

function send(request: RawRequest): Promise<HttpResponse> {
  const headers = { authorization: `Bearer ${token}`, ...request.headers };
  return sendRequest(`${stack.functionsUrl}/beta`, { ...request, headers });
}

describe('the service documents', () => {
  test('describe every route that the app registers, and no other', async () => {
    const answer = await fetch(`${stack.functionsUrl}/admin/functions`, { headers: stack.adminHeaders });
    const registered = (await answer.json()) as FunctionStatus[]; // as the host's own tests hold it to
    const routes = registered.flatMap(({ invoke_url_template: url, config }) =>
      (config.bindings[0]?.methods ?? []).map((method) => `${method} ${url && decodeURI(new URL(url).pathname)}`),
    );
    const { body } = await send({ path: '/openapi.json' });
    const documented = Object.entries<object>(body.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} /beta${path}`.toLowerCase().replace(/\/$/, '')),
    );
    // The operations of teams are served by the catch-all, in the place of the functions of chats' operations.
    const ofTeams = routesOf('operations')
      .map(routeOf)
      .flatMap(({ methods, ofTeams }) => (ofTeams ? methods.map((method) => `${method} /beta/${ofTeams.path}`) : []));
    const known = [...routes, ...ofTeams]
      .map((route) => route.toLowerCase())
      .filter((route) => !UNDOCUMENTED.test(route));
    expect(known.sort()).toEqual(documented.sort());
  });

  test('give examples that are accepted', async () => {
    const { paths } = (await send({ path: '/openapi.json' })).body;
    const exampleOf = ({ requestBody }: RequestExample) =>
      JSON.stringify(requestBody.content['application/json'].example);
    const write = (method: string, path: string, body: string) => send({ method, path, headers: JSON_TYPE, body });
    const operations = paths['/chats/{chatsId}/operations'];
    const created = await write('POST', operationsPath('examples'), exampleOf(operations.post));
    expect(created.status).toBe(201);
    const item = paths['/chats/{chatsId}/operations/{operationId}'];
    const path = `${operationsPath('examples')}/${created.body.id}`;
    expect((await write('PATCH', path, exampleOf(item.patch))).status).toBe(200);
    const batch = await write('POST', '/$batch', exampleOf(paths['/$batch'].post));
    expect(batch.body.responses).toMatchObject([{ status: 201 }, { status: 200, body: { value: [{}] } }]);
  });

  test('are served to anybody', async () => {
    for (const version of ['beta', 'v1.0'])
      for (const path of ['/', '/$metadata', '/openapi.json'])
        expect((await sendRequest(`${stack.functionsUrl}/${version}`, { path })).status).toBe(200);
  });
});

interface RequestExample {
  readonly requestBody: { readonly content: { readonly 'application/json': { readonly example: object } } };
}

interface FunctionStatus {
  readonly invoke_url_template?: string;
  readonly config: { readonly bindings: readonly { readonly methods?: readonly string[] }[] };
}

/** What answers every other request, what only the simulator has, the page, and what is for who runs the service. */
const UNDOCUMENTED = /\{\*path\}|\/beta\/(?:try|health)|\/deadletters|\/simulatelifecycle/;

/** The page and its viewer are not deployed. */
const testPage = packageFile === undefined ? test : test.skip;

describe('GET /beta/try', () => {
  testPage('is a page whose parts are all served here', async () => {
    const page = await fetch(`${stack.functionsUrl}/beta/try`);
    expect(page.headers.get('content-type')).toBe('text/html;charset=utf-8');
    const parts = [...(await page.text()).matchAll(/(?:href|src)="(?<part>[^"]+)"/g)].map(({ groups }) => groups?.part);
    expect(parts).toHaveLength(4);
    for (const part of parts.filter((name) => name !== 'data:,')) {
      const answer = await fetch(`${stack.functionsUrl}${part}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(part?.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
      expect((await answer.text()).length).toBeGreaterThan(0);
    }
  });

  testPage('allows neither inline code nor another origin', async () => {
    const policy = (await fetch(`${stack.functionsUrl}/beta/try`)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  testPage('gets a token from the local issuer, with which its requests are accepted', async () => {
    expect(await (await fetch(`${stack.functionsUrl}/beta/try`)).text()).toContain('Get a token from the local issuer');
    const headers = { 'sec-fetch-site': 'same-origin' };
    const given = await fetch(`${stack.functionsUrl}/beta/try/token`, { headers });
    expect(given.status).toBe(200);
    expect(given.headers.get('cache-control')).toBe('no-store');
    const authorization = `Bearer ${await given.text()}`;
    const { paths } = (await send({ path: '/openapi.json' })).body;
    const list = paths['/chats/{chatsId}/operations'].get;
    const chat = list.parameters.find(({ name }: { name: string }) => name === 'chatsId').example;
    const answer = await fetch(`${stack.functionsUrl}/beta/chats/${chat}/operations`, { headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  testPage('is where a browser is led that opens the root, and no other client', async () => {
    const open = (accept: string) => fetch(stack.functionsUrl, { headers: { accept }, redirect: 'manual' });
    const answer = await open('text/html,*/*');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/beta/try']);
    expect((await open('*/*')).status).toBe(400);
  });

  test.each(['cross-site', 'same-site', 'none', undefined])(
    'gives no token to a request with Sec-Fetch-Site %s',
    async (site) => {
      const headers: Record<string, string> = site === undefined ? {} : { 'sec-fetch-site': site };
      const answer = await sendRequest(`${stack.functionsUrl}/beta`, { path: '/try/token', headers });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    },
  );

  test.each(['package.json', '..%2Fpackage.json', '__proto__', 'swagger-ui.css.map'])(
    'has no file %s',
    async (file) => {
      expect((await fetch(`${stack.functionsUrl}/beta/try/${file}`)).status).toBe(400);
    },
  );

  test('is not there unless it is switched on', async () => {
    const without = await startStack({ env: { TRY_IT: 'off' } });
    const answer = await fetch(`${without.functionsUrl}/beta/try`);
    await without.close();
    expect(answer.status).toBe(400);
  });
});

describe('POST /beta/$batch over HTTP', () => {
  test('carries requests to the functions of the app', async () => {
    const item = { headers: JSON_TYPE, body: JSON.parse(exampleWith({ id: 'made' })) };
    const requests = [
      { id: '1', method: 'POST', url: operationsPath('batch'), ...item },
      { id: '2', method: 'GET', url: `${operationsPath('batch')}/made`, dependsOn: ['1'] },
    ];
    const answer = await send({
      method: 'POST',
      path: '/$batch',
      headers: JSON_TYPE,
      body: JSON.stringify({ requests }),
    });
    expect(answer.body.responses).toMatchObject([{ status: 201 }, { status: 200, body: { id: 'made' } }]);
    expect(answer.body.responses[0].headers.Location).toBe(`${stack.functionsUrl}/beta${operationsPath('batch')}/made`);
  });
});

describe('the simulator over HTTP', () => {
  test.each([
    ['quick-success', { status: 'succeeded', attemptsCount: 1, error: null }],
    ['quick-failure', { status: 'failed', attemptsCount: 1, error: { code: 'TeamUnavailable' } }],
  ])('brings %s to its end before a client that polls', async (scenario, end) => {
    const headers = { ...JSON_TYPE, prefer: `lro-scenario=${scenario}` };
    const created = await send({ method: 'POST', path: operationsPath(scenario), headers, body: exampleWith({}) });
    expect(created).toMatchObject({ status: 201, body: { status: 'notStarted' } });
    const path = `${operationsPath(scenario)}/${created.body.id}`;
    const isOver = ({ body }: HttpResponse) => ['succeeded', 'failed'].includes(body.status);
    const last = await pollUntil(isOver, () => send({ path }));
    expect(last.body).toMatchObject(end);
    expect(last.headers.get('warning')).toMatch(/^299 /);
  });

  test('brings an operation to its end when nobody looks at it', async () => {
    const headers = { ...JSON_TYPE, prefer: 'lro-scenario=quick-success' };
    await send({ method: 'POST', path: operationsPath('alone'), headers, body: exampleWith({}) });
    const isOver = ({ body }: HttpResponse) => body.value[0]?.status === 'succeeded';
    const { body } = await pollUntil(isOver, () => send({ path: operationsPath('alone') }));
    const target = body.value[0].targetResourceLocation;
    const authorization = `Bearer ${token}`;
    expect((await fetch(`${stack.functionsUrl}/beta${target}`, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(`${stack.functionsUrl}/beta/chats/none`, { headers: { authorization } })).status).toBe(404);
  });
});

async function pollUntil(
  isOver: (answer: HttpResponse) => boolean,
  poll: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  for (;;) {
    const answer = await poll();
    if (isOver(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
