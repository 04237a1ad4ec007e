import { CHAT_ID, operationsPath } from '../support/create-operation-request.ts';
import { itemPath, useGraph } from '../support/graph.ts';
import type { HttpResponse } from '../support/send-request.ts';

const { create, list, patch, send, stack } = useGraph();

describe('an operation', () => {
  test('is answered by GET as POST answered it', async () => {
    const created = await create('get', { id: 'one', values: '{"appIds":["1"]}' });
    const got = await send({ path: itemPath('get', 'one') });
    expect(got.status).toBe(200);
    expect(got.body).toEqual(created.body);
    expect(got.headers.get('etag')).toBe(created.headers.get('etag'));
    expect(got.headers.get('odata-version')).toBe('4.0');
  });

  test('is answered by the Location of its creation', async () => {
    const { headers, body } = await create('a/b c', { id: 'at %2F' });
    expect((await send({ path: headers.get('location') ?? '' })).body).toEqual(body);
  });

  test('answers 304 to who has it', async () => {
    const etag = (await create('get', { id: 'known' })).headers.get('etag') ?? '';
    const again = (tag: string) => send({ path: itemPath('get', 'known'), headers: { 'if-none-match': tag } });
    const answer = await again(etag);
    expect(answer).toMatchObject({ status: 304, text: '' });
    expect(answer.headers.get('content-type')).toBeNull();
    expect((await again('W/"other"')).status).toBe(200);
    expect((await again('*')).status).toBe(304);
    expect((await again('no tag')).status).toBe(400);
  });

  test('answers only what is selected, dynamic properties too', async () => {
    await create('get', { id: 'selected', values: 'x' });
    const { body } = await send({ path: `${itemPath('get', 'selected')}?$select=status,values,missing` });
    expect(body).toEqual({
      '@odata.context': `${stack().functionsUrl}/beta/$metadata#chats('get')/operations(status,values,missing)/$entity`,
      '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
      status: 'inProgress',
      values: 'x',
    });
  });

  test.each([
    ['slashes', `/chats/${CHAT_ID}/operations/addressed`],
    ['percent-encoding', itemPath(CHAT_ID, 'addressed')],
    ['keys in parentheses', `/chats('${CHAT_ID}')/operations('addressed')`],
    ['encoded keys in parentheses', `/chats(%27${encodeURIComponent(CHAT_ID)}%27)/operations/addressed`],
    ['one key in parentheses', `/chats/${CHAT_ID}/operations('addressed')`],
    ['me', `/me/chats/${CHAT_ID}/operations/addressed`],
    ['a user', `/users/ada@example.com/chats/${CHAT_ID}/operations/addressed`],
    ['a user in parentheses', `/users('ada')/chats('${CHAT_ID}')/operations/addressed`],
    ['another letter case', `/Chats/${CHAT_ID}/Operations/addressed`],
  ])('is addressed by %s', async (_title, path) => {
    await create(CHAT_ID, { id: 'addressed' });
    expect(await send({ path })).toMatchObject({ status: 200, body: { id: 'addressed' } });
    expect((await patch(path, { attemptsCount: 2 })).status).toBe(200);
  });

  test("may have quotes in its and its chat's id", async () => {
    await create("it's", { id: "o'clock" });
    expect((await send({ path: "/chats('it''s')/operations('o''clock')" })).status).toBe(200);
    expect((await send({ path: "/chats/it's/operations/o'clock" })).status).toBe(200);
    expect((await send({ path: "/chats('it's')/operations('o''clock')" })).status).toBe(400);
  });

  test.each(['nobody', 'a/b', 'a\\b', 'a?b', 'a#b', ' ', '\n', '\0', 'x'.repeat(256)])(
    'with the id %j, which does not exist, is answered 404 to every verb',
    async (id) => {
      const path = itemPath('get', id);
      const missing = { status: 404, body: { error: { code: 'NotFound' } } };
      expect(await send({ path })).toMatchObject(missing);
      expect(await patch(path, { status: 'failed' })).toMatchObject(missing);
      expect(await send({ method: 'DELETE', path })).toMatchObject(missing);
      const inParentheses = `${operationsPath('get')}('${encodeURIComponent(id)}')`;
      expect(await send({ method: 'DELETE', path: inParentheses })).toMatchObject(missing);
    },
  );
});

describe('GET …/operations/$count', () => {
  test('answers the number as text', async () => {
    for (const status of ['failed', 'failed', 'succeeded']) await create('count', { status });
    const count = async (query: string) => (await send({ path: `${operationsPath('count')}/$count${query}` })).text;
    expect(await count('')).toBe('3');
    expect(await count("?$filter=status%20eq%20'failed'")).toBe('2');
    expect(await count('?$search=nothing')).toBe('0');
    const answer = await send({ path: `${operationsPath('count')}/$count`, headers: { accept: 'text/plain;q=0.9' } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect((await send({ path: `${operationsPath('count')}/$count?$top=1` })).status).toBe(400);
  });
});

describe('paging', () => {
  test('leads to the end under writes: what stays is seen once', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, index) => create('pages', { id: `stays-${index}` })));
    const seen: string[] = [];
    let path: string | undefined = `${operationsPath('pages')}?$orderby=id&$filter=status%20eq%20'inProgress'`;
    for (let page = 0; path !== undefined; page += 1) {
      const { status, body, headers }: HttpResponse = await send({ path, headers: { prefer: 'odata.maxpagesize=7' } });
      expect(status).toBe(200);
      expect(headers.get('preference-applied')).toBe('odata.maxpagesize=7');
      seen.push(...body.value.map(({ id }: { id: string }) => id));
      path = body['@odata.nextLink'];
      await create('pages', { id: `came-${page}` });
      await send({ method: 'DELETE', path: itemPath('pages', `came-${page - 1}`) });
    }
    const stayed = seen.filter((id) => id.startsWith('stays'));
    expect(stayed).toHaveLength(30);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('rejects a sort by several properties that no composite index serves', async () => {
    const { status, body } = await list('token', '$orderby=attemptsCount,status');
    expect(status).toBe(400);
    expect(body.error.code).toBe('BadRequest');
  });

  test('rejects a token that is forged, of another chat, query or caller', async () => {
    for (const id of ['a', 'b']) await create('token', { id });
    const { body } = await list('token', '$top=1&$orderby=id');
    const link: string = body['@odata.nextLink'];
    const skipToken = new URL(link).searchParams.get('$skiptoken') ?? '';
    expect((await send({ path: link })).body.value).toMatchObject([{ id: 'b' }]);
    const [content = '', signature = ''] = skipToken.split('.');
    const other = await stack().issuer.mint({ scopes: ['Chat.ReadWrite'], subject: 'someone else' });
    const answers = await Promise.all([
      list('other chat', `$top=1&$orderby=id&$skiptoken=${skipToken}`),
      list('token', `$top=1&$orderby=id desc&$skiptoken=${skipToken}`),
      list('token', `$top=1&$orderby=id&$filter=true&$skiptoken=${skipToken}`),
      list('token', `$top=1&$orderby=id&$skiptoken=${content.slice(0, -2)}xx.${signature}`),
      list('token', `$top=1&$orderby=id&$skiptoken=${content}`),
      list('token', '$top=1&$orderby=id&$skiptoken='),
      list('token', `$top=1&$orderby=id&$skiptoken=${'x'.repeat(9_000)}`),
      send({ path: link }, other),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(400));
    expect((await list('token', `$top=1&$orderby=id&$skipToken=${skipToken}`)).status).toBe(200);
  });
});
