import { exampleWith, JSON_TYPE, operationsPath, type RawRequest } from './create-operation-request.ts';
import { type HttpResponse, sendRequest } from './send-request.ts';
import { startStack, type TestStack, type TestStackOptions } from './stack.ts';

type Headers = Readonly<Record<string, string>>;

/** The API on a stack of its own, called by someone who may write. */
export interface Graph {
  stack(): TestStack;
  /** The path below the service root, or an absolute URL of the API. */
  send(request: RawRequest, bearer?: string): Promise<HttpResponse>;
  /** The example with some properties replaced. */
  create(chatId: string, changes?: Readonly<Record<string, unknown>>, headers?: Headers): Promise<HttpResponse>;
  patch(path: string, changes: object, headers?: Headers): Promise<HttpResponse>;
  /** Spaces of the query are encoded. */
  list(chatId: string, query: string, headers?: Headers): Promise<HttpResponse>;
}

/** Starts the stack before the tests of the file that calls this, and stops it behind them. */
export function useGraph(options: TestStackOptions = {}): Graph {
  let running: { readonly stack: TestStack; readonly token: string } | undefined;

  beforeAll(async () => {
    const stack = await startStack(options);
    running = { stack, token: await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] }) };
  });

  afterAll(() => running?.stack.close());

  function current() {
    if (!running) throw new Error('The stack runs only while tests run');
    return running;
  }

  function send(request: RawRequest, bearer = current().token): Promise<HttpResponse> {
    const { functionsUrl } = current().stack;
    const headers = { authorization: `Bearer ${bearer}`, ...request.headers };
    if (!request.path?.startsWith(functionsUrl)) return sendRequest(`${functionsUrl}/beta`, { ...request, headers });
    return sendRequest(functionsUrl, { ...request, path: request.path.slice(functionsUrl.length), headers });
  }

  return {
    send,
    stack: () => current().stack,
    create: (chatId, changes = {}, headers = {}) => {
      const body = exampleWith(changes);
      return send({ method: 'POST', path: operationsPath(chatId), headers: { ...JSON_TYPE, ...headers }, body });
    },
    patch: (path, changes, headers = {}) =>
      send({ method: 'PATCH', path, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(changes) }),
    list: (chatId, query, headers = {}) =>
      send({ path: `${operationsPath(chatId)}?${query.replaceAll(' ', '%20')}`, headers }),
  };
}

/** The path of one operation of a chat. */
export function itemPath(chatId: string, id: string): string {
  return `${operationsPath(chatId)}/${encodeURIComponent(id)}`;
}
