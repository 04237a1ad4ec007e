import { exampleWith, JSON_TYPE, operationsPath, type RawRequest } from '../support/create-operation-request.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
});
afterAll(() => stack?.close());

function send({ headers, ...request }: RawRequest): Promise<HttpResponse> {
  return sendRequest(stack.functionsUrl, {
    ...request,
    headers: { authorization: `Bearer ${token}`, ...JSON_TYPE, ...headers },
  });
}

const operations = `/beta${operationsPath('headers')}`;

const REQUESTS: readonly (RawRequest & { readonly title: string; readonly status: number })[] = [
  { title: 'a created operation', method: 'POST', path: operations, body: exampleWith({}), status: 201 },
  { title: 'a list', path: operations, status: 200 },
  { title: 'a number as text', path: `${operations}/$count`, status: 200 },
  { title: 'the types as XML', path: '/beta/$metadata', status: 200 },
  { title: 'the API as JSON', path: '/beta/openapi.json', status: 200 },
  {
    title: 'a batch',
    method: 'POST',
    path: '/beta/$batch',
    body: '{"requests":[{"id":"1","method":"GET","url":"/none"}]}',
    status: 200,
  },
  { title: 'a request without a token', path: operations, headers: { authorization: '' }, status: 401 },
  { title: 'a body that is no JSON', method: 'POST', path: operations, body: '<script>', status: 400 },
  { title: 'an operation that is not there', path: `${operations}/none`, status: 404 },
  { title: 'a path that leads nowhere', path: '/<script>alert(1)</script>', status: 400 },
  { title: 'a verb that is not allowed', method: 'PUT', path: operations, body: '{}', status: 405 },
];

test.each(REQUESTS)(
  '$title: the answer is no script, is kept by no shared cache, and keeps to TLS',
  async (request) => {
    const { status, headers } = await send(request);
    expect(status).toBe(request.status);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
    expect(headers.get('cache-control')).toMatch(/\b(?:private|no-cache|no-store)\b/);
    expect(headers.get('content-type')).not.toMatch(/html|javascript/);
  },
);

test.each(REQUESTS)('$title: the answer does not say what it runs on', async (request) => {
  const { headers } = await send(request);
  expect(['server', 'x-powered-by', 'x-aspnet-version'].filter((name) => headers.has(name))).toEqual([]);
});

test('any origin may read answers, and none can send a cookie', async () => {
  const { headers } = await send({ path: operations, headers: { origin: 'https://evil.example' } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.has('access-control-allow-credentials')).toBe(false);
  expect(headers.has('set-cookie')).toBe(false);
});
