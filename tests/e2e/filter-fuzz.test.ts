import fc from 'fast-check';
import { exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { type HttpResponse, sendRequest } from '../support/send-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

/** `FUZZ_REQUESTS=10000 npx jest filter-fuzz` for the long version. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 400);
const AT_ONCE = 8;
const CHATS = ['mine', "mine' OR 1=1", 'theirs'];

let stack: TestStack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
  for (const [index, chat] of CHATS.entries())
    for (const number of [1, 2, 3]) await create(chat, { id: `${index}-${number}`, values: 'x', status: 'failed' });
});

afterAll(() => stack?.close());

async function create(chat: string, changes: object): Promise<void> {
  const body = exampleWith({ ...changes });
  const { status } = await send('POST', operationsPath(chat), { headers: JSON_TYPE, body });
  expect(status).toBe(201);
}

function send(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
) {
  return sendRequest(`${stack.functionsUrl}/beta`, {
    method,
    path,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body }),
  });
}

/** Of which chat an operation is: the first figure of its id. */
function foreignIds({ body }: HttpResponse, chat: number): string[] {
  const ids: string[] = (body?.value ?? []).map(({ id }: { id: string }) => id);
  return ids.filter((id) => id !== undefined && !id.startsWith(`${chat}-`));
}

const ATTACKS = [
  ...[
    "' OR 1=1 --",
    "') OR (1=1",
    "''' or true or '",
    '@p0',
    '@p1',
    'c["chatId"]',
    'c.chatId',
    'chatId',
    '_partitionKey',
  ],
  ...[
    'chatId eq null',
    "chatId ne 'mine'",
    'kind ne null',
    'order/status ge 0',
    '_etag ne null',
    '_self ne null',
    '; DROP',
  ],
  ...[
    "dynamicProperties/values eq 'x'",
    'c eq c',
    'root ne null',
    'udf.x()',
    'SELECT * FROM c',
    '/*',
    '*/',
    '\u0000',
    '\\"]',
    '"]',
  ],
];
const PIECES = [
  ...[
    'status',
    'id',
    'error/code',
    'values',
    'chatId',
    "'failed'",
    "'theirs'",
    'null',
    'true',
    'false',
    '1',
    '(',
    ')',
    ',',
  ],
  ...['eq', 'ne', 'gt', 'in', 'not', 'and', 'or', 'contains(id,', "startswith(values,'", 'tolower(', "'", '2021-05-27'],
];

const expression = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...ATTACKS), fc.string({ maxLength: 8 })), {
    maxLength: 12,
  })
  .chain((pieces) => fc.constantFrom(' ', '').map((separator) => pieces.join(separator)));
/** What is true of everything, with an attack beside it: these reach the store. */
const reaching = fc
  .tuple(fc.constantFrom(...ATTACKS), fc.constantFrom('id ne', 'values ne', "'a' lt", 'chatId ne', 'x/y ne'))
  .map(([attack, start]) => `${start} '${attack.replaceAll("'", "''")}' or not (id eq null)`);
const option = fc.oneof(
  fc.tuple(fc.constantFrom('$filter', '$filter', '$filter', '$search', '$orderby', '$select'), expression),
  fc.tuple(fc.constant('$filter'), reaching),
  fc.tuple(fc.constantFrom('$skiptoken', '$top', '$skip', '$foo'), fc.oneof(fc.string(), fc.nat().map(String))),
);
const request = fc.record({
  chat: fc.nat(CHATS.length - 1),
  options: fc.array(option, { minLength: 1, maxLength: 3 }),
});

test('no query reads an operation of another chat, or fails otherwise than by 400', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
      const answers = await Promise.all(
        requests.map(({ chat, options }) => {
          const query = options.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&');
          return send('GET', `${operationsPath(CHATS[chat])}?${query}`);
        }),
      );
      for (const [index, answer] of answers.entries()) {
        expect([200, 400]).toContain(answer.status);
        expect(foreignIds(answer, requests[index]?.chat ?? -1)).toEqual([]);
        if (answer.body.value?.length > 0) answered += 1;
      }
    }),
    { numRuns: Math.ceil(REQUESTS / AT_ONCE) },
  );
  // Else the attacks would never have come as far as the store.
  expect(answered).toBeGreaterThan(REQUESTS / 20);
}, 600_000);
