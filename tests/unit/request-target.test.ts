import { HttpRequest } from '@azure/functions';
import fc from 'fast-check';
import { createCatchAllHandler, createResourceHandlers } from '../../functions/service/graph-handlers.ts';
import { createRouteRegistrar } from '../../shared/composition/create-app.ts';
import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import type { FunctionHandler } from '../../shared/graph-http/pipeline.ts';
import { isHost } from '../../shared/graph-http/request/address.ts';
import { ROUTE_NAMES } from '../../shared/graph-http/routes.ts';
import { graphDependencies } from '../support/call-handler.ts';
import { operationsPath } from '../support/create-operation-request.ts';
import { createMemoryRepository } from '../support/memory-operation-repository.ts';
import { newOperation } from '../support/operations.ts';

const MINE = '19:mine@thread.v2';
const OTHERS = '19:others@thread.v2';
const CREATED = { repeatable: undefined, origin: { traceparent: null, clientRequestId: null } };

interface World {
  readonly repository: OperationRepository;
  send(request: Sent): Promise<{ status: number | undefined; body: string }>;
}

interface Sent {
  readonly route: 'GetOperation' | 'DeleteOperation' | 'WildcardRoute';
  readonly method: 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** What the host makes the URL of; default: the Host header. */
  readonly authority?: string;
}

/** The app as a host has it that glues URLs from the Host header and the path, and matches routes with the path. */
async function newWorld(): Promise<World> {
  const repository = createMemoryRepository();
  for (const chat of [MINE, OTHERS]) await repository.create(chat, newOperation({ id: 'op' }), CREATED);
  const dependencies = graphDependencies({ repository });
  const handlers = new Map<string, FunctionHandler>();
  const registerHttp = (name: string, { handler }: { handler: unknown }) =>
    void handlers.set(name, handler as FunctionHandler); // as the registrar was given it
  const register = createRouteRegistrar(ROUTE_NAMES, { ...dependencies, registerHttp });
  const resources = createResourceHandlers(dependencies);
  const nothing: FunctionHandler = async () => ({ status: 204 });
  for (const name of ROUTE_NAMES)
    register(name, name === 'WildcardRoute' ? createCatchAllHandler(dependencies) : (resources[name] ?? nothing));
  return { repository, send: (sent) => send(handlers.get(sent.route) ?? nothing, sent) };
}

const PATH = `beta${operationsPath(MINE)}/op`;
const context = { error: () => undefined, warn: () => undefined };

async function send(handler: FunctionHandler, { route, method, headers, authority = headers.host }: Sent) {
  const params = route === 'WildcardRoute' ? { path: decodeURIComponent(PATH) } : { chatsId: MINE, operationId: 'op' };
  const request = new HttpRequest({ method, url: `http://${authority}/${PATH}`, headers: { ...headers }, params });
  const { status, body } = await handler(request, context);
  return { status, body: String(body ?? '') };
}

/** Whether a host can make a request of it at all: the library's constructor throws where the URL does not parse. */
function isUrl(host: string): boolean {
  if (!URL.canParse(`http://${host}/${PATH}`)) return false;
  const { username, password } = new URL(`http://${host}/${PATH}`);
  return username === '' && password === '';
}

const routes = fc.constantFrom<Sent['route']>('GetOperation', 'DeleteOperation', 'WildcardRoute');
const readers = fc.constantFrom<Sent['route']>('GetOperation', 'WildcardRoute');
const parts = fc.constantFrom(
  ...[
    'x',
    'graph.example',
    '/',
    '\\',
    '?',
    '#',
    '@',
    ':',
    '[',
    ']',
    '::1',
    '80',
    '99999',
    '.',
    '..',
    '%2f',
    '%23',
    ';',
  ],
  ...[`/beta${operationsPath(OTHERS)}/op`, '/beta/$batch', '/beta', operationsPath(OTHERS), '/op', ' ', 'a=b&c'],
);
const hosts = fc.array(parts, { minLength: 1, maxLength: 7 }).map((chosen) => chosen.join('').trim());

describe('what is addressed', () => {
  test('is never changed by a Host header, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(hosts, routes, async (host, route) => {
        fc.pre(isUrl(host));
        const world = await newWorld();
        const method = route === 'GetOperation' ? 'GET' : 'DELETE';
        const { status } = await world.send({ route, method, headers: { host } });
        expect(await world.repository.get(OTHERS, 'op')).not.toBeNull();
        const isDeleted = isHost(host) && method === 'DELETE';
        expect(status).toBe(isHost(host) ? (isDeleted ? 204 : 200) : 400);
        expect(await world.repository.count(MINE, null)).toBe(isDeleted ? 0 : 1);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<Sent['route']>(['DeleteOperation', 'WildcardRoute'])(
    'of %s is what its path says, also where another header than Host got into the URL',
    async (route) => {
      const { send, repository } = await newWorld();
      const headers = { host: 'graph.example' };
      const forwarded = `x/beta${operationsPath(OTHERS)}/op`;
      for (const end of ['#', '?', '/..?', ';']) {
        const sent = { route, method: 'DELETE', headers, authority: forwarded + end } as const;
        expect(await send(sent)).toMatchObject({ status: 400 });
      }
      expect(await repository.count(OTHERS, null)).toBe(1);
      expect(await repository.count(MINE, null)).toBe(1);
    },
  );

  const values = fc.constantFrom(
    ...[`/beta${operationsPath(OTHERS)}/op`, `http://x/beta${operationsPath(OTHERS)}/op`, 'x', 'DELETE', 'PATCH'],
    ...[`x/beta${operationsPath(OTHERS)}/op#`, `host=x;proto=https;path=${operationsPath(OTHERS)}`, '../..', 'https'],
  );
  const names = fc.constantFrom(
    ...['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-path', 'x-forwarded-prefix', 'x-forwarded-uri'],
    ...['x-forwarded-port', 'x-forwarded-server', 'forwarded', 'x-original-url', 'x-original-host', 'x-rewrite-url'],
    ...['x-original-uri', 'x-http-method-override', 'x-http-method', 'x-method-override', 'x-waws-unencoded-url'],
    ...['disguised-host', 'referer', 'origin', 'content-location', 'location', 'odata-entityid'],
    ...['x-ms-original-url', 'x-host', 'x-ms-client-principal', 'base', 'content-base', 'destination', 'via'],
  );

  test('is never changed by any other header', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, values, { minKeys: 1 }), readers, async (headers, route) => {
        const { send, repository } = await newWorld();
        const host = 'graph.example';
        const plain = await send({ route, method: 'GET', headers: { host } });
        const { status, body } = await send({ route, method: 'GET', headers: { host, ...headers } });
        expect({ status, body }).toEqual({ ...plain, status: 200 });
        expect(await repository.count(MINE, null)).toBe(1);
      }),
    );
  });

  const odd = fc.constantFrom(
    ...['%', '%2', '%2F', '%25', '/', '\\', "'", '"', ' ', 'é', '+', '?', '#', ':', '..', 'A'],
  );
  const ids = fc.array(odd, { minLength: 1, maxLength: 6 }).map((chosen) => `x${chosen.join('')}`);
  const HOST_FORMS: readonly ((encoded: string) => string)[] = [
    (encoded) => encoded,
    decodeURIComponent,
    (encoded) =>
      encoded
        .split(/(%2f)/i)
        .map((part) => (/^%2f$/i.test(part) ? part : decodeURIComponent(part)))
        .join(''),
  ];

  test('is found for every id, however much of it the host decodes', async () => {
    await fc.assert(
      fc.asyncProperty(ids, fc.constantFrom(...HOST_FORMS), async (chatId, toParam) => {
        const seen: string[] = [];
        let handler: FunctionHandler = async () => ({ status: 500 });
        const registerHttp = (name: string, options: { handler: unknown }) => {
          if (name === 'CountOperations') handler = options.handler as FunctionHandler; // as it was given below
        };
        const register = createRouteRegistrar(['CountOperations'], { ...graphDependencies(), registerHttp });
        register('CountOperations', async ({ url }) => {
          seen.push(url);
          return { status: 200 };
        });
        const encoded = encodeURIComponent(chatId);
        const url = `https://graph.example/beta/chats/${encoded}/operations/$count`;
        const request = new HttpRequest({ method: 'GET', url, params: { chatsId: toParam(encoded) } });
        expect(await handler(request, context)).toEqual({ status: 200 });
        expect(seen).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('isHost()', () => {
  test.each([
    ...['localhost', 'localhost:7071', 'graph.example', 'Graph.Example.', '127.0.0.1:80', '[::1]', '[::1]:65535'],
    ...['func-app_1:8080', 'xn--bcher-kva.example', 'a1', '1a'],
  ])('takes %s', (host) => {
    expect(isHost(host)).toBe(true);
  });

  test.each([
    ...['', ' ', ':80', 'a@b', '[::1', '::1', '[::1]x', '[g::]', '[::1%25lo]', 'ex ample', '1.1.1.1:80:80', 'a:99999'],
    ...['a:0', 'a:', 'a:-1', 'a/b', 'a?b', 'a#b', 'a\\b', 'a%2eb', 'a..b', '.a', '-a', 'a-', 'bücher', 'a,b', 'a;b'],
    ...['999.1.1.1', '1.2.3', '0x7f.1', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}b`],
  ])('does not take %j', (host) => {
    expect(isHost(host)).toBe(false);
  });
});
