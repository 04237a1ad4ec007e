import { operationsPath } from '../support/create-operation-request.ts';
import { type CsdlDocument, problemsOfEntity } from '../support/csdl-check.ts';
import { itemPath, useGraph } from '../support/graph.ts';
import type { HttpResponse } from '../support/send-request.ts';

// Probes of OData 4.01, part 1, section 13 (conformance): the minimal level and the intermediate one.

const { create, list, patch, send } = useGraph();

const CHAT = '19:conformance@thread.v2';
const ONE = itemPath(CHAT, 'one');
const KEYED = `/chats('${CHAT}')/operations('one')`;

beforeAll(async () => {
  await create(CHAT, {
    id: 'one',
    operationType: 'createTeam',
    status: 'failed',
    createdDateTime: '2021-05-27T21:23:41.5Z',
    attemptsCount: 3,
    targetResourceId: null,
    error: { code: 'TeamUnavailable', message: 'The team was not found.' },
    colour: 'red',
  });
  await create(CHAT, {
    id: 'two',
    operationType: 'createChat',
    status: 'succeeded',
    createdDateTime: '2022-06-28T00:00:00Z',
    attemptsCount: 1,
    targetResourceId: 'it’s',
    error: null,
  });
});

/** A call inside a call, and so on: what is made of it must not grow with each. */
function nested(before: string, after: string, depth: number): string {
  return `${before.repeat(depth)}id${after.repeat(depth)}`;
}

const idsOf = ({ body }: HttpResponse) => body.value?.map(({ id }: { id: string }) => id);

describe('a list answers', () => {
  test.each<[string, readonly string[]]>([
    // custom options, aliases, $it
    ['_=1', ['one', 'two']],
    ['colour=red&x-y=2', ['one', 'two']],
    ["$filter=status eq @s&@s='failed'", ['one']],
    ["@s='failed'&$filter=status eq @s or id eq @id&@id='two'", ['one', 'two']],
    ["$filter=status in (@a,@b)&@a='failed'&@b='invalid'", ['one']],
    ['$filter=targetResourceId eq @missing', ['one']],
    ["$filter=colour eq '@s'&@s='x'", []],
    ["$filter=$it/status eq 'failed'", ['one']],
    ["$filter=$it/error/code eq 'TeamUnavailable'", ['one']],
    // comparison and logical operators
    ["$filter=status eq 'failed' and not (attemptsCount lt 3)", ['one']],
    ["$filter=status ne 'failed' or attemptsCount ge 3", ['one', 'two']],
    ["$filter=(status eq 'failed') eq true", ['one']],
    ['$filter=error eq null', ['two']],
    ["$filter=operationType in ('createTeam','createChat')", ['one', 'two']],
    ["$filter=STATUS eq 'failed'", []],
    ["$filter=status EQ 'failed'", ['one']],
    // arithmetic
    ['$filter=attemptsCount add 1 eq 4', ['one']],
    ['$filter=attemptsCount mul 2 sub 1 eq 1', ['two']],
    ['$filter=attemptsCount div 2 eq 1', ['one']],
    ['$filter=attemptsCount divby 2 eq 1.5', ['one']],
    ['$filter=attemptsCount mod 2 eq 1', ['one', 'two']],
    ['$filter=-attemptsCount lt -2', ['one']],
    // functions on text
    ["$filter=contains(error/message,'not')", ['one']],
    ["$filter=startswith(id,'t') or endswith(id,'ne')", ['one', 'two']],
    ["$filter=tolower(error/code) eq 'teamunavailable'", ['one']],
    ["$filter=toupper(colour) eq 'RED'", ['one']],
    ['$filter=length(id) eq 3', ['one', 'two']],
    ["$filter=indexof(id,'w') eq 1", ['two']],
    ["$filter=substring(id,1) eq 'ne'", ['one']],
    ["$filter=substring(id,-2) eq 'ne'", ['one']],
    ["$filter=substring(id,-9,2) eq 'tw'", ['two']],
    ["$filter=substring(id,cast('1',Edm.Int32),1) eq 'n'", ['one']],
    [`$filter=${nested('substring(', ',0)', 24)} eq 'one'`, ['one']],
    [`$filter=${nested('tolower(', ')', 24)} eq 'one'`, ['one']],
    ["$filter=concat(concat(id,'-'),colour) eq 'one-red'", ['one']],
    ["$filter=trim(' one ') eq id", ['one']],
    // parts of times
    ['$filter=year(createdDateTime) eq 2021', ['one']],
    ['$filter=month(createdDateTime) eq 6 and day(createdDateTime) eq 28', ['two']],
    ['$filter=hour(createdDateTime) eq 21 and minute(createdDateTime) eq 23', ['one']],
    ['$filter=second(createdDateTime) eq 41', ['one']],
    ['$filter=fractionalseconds(createdDateTime) eq 0.5', ['one']],
    ['$filter=date(createdDateTime) eq 2021-05-27', ['one']],
    // $orderby, $top, $skip, $search
    ['$orderby=attemptsCount', ['two', 'one']],
    ['$orderby=createdDateTime desc,id', ['two', 'one']],
    ['$orderby=error/code', ['two', 'one']],
    ['$top=1', ['one']],
    ['$skip=1', ['two']],
    ['$top=0', []],
    ['$search=found', ['one']],
    ['filter=id eq %27one%27', ['one']],
    ['%24filter=id eq %27one%27', ['one']],
  ])('?%s', async (query, ids) => {
    const answer = await list(CHAT, query.includes('orderby') ? query : `${query}&$orderby=id`);
    expect({ status: answer.status, ids: idsOf(answer) }).toEqual({ status: 200, ids });
  });

  test.each<[string, object]>([
    ['$select=id', { id: 'one' }],
    ['$select=error/code', { error: { '@odata.type': 'microsoft.graph.operationError', code: 'TeamUnavailable' } }],
    [
      '$select=error($select=code)',
      { error: { '@odata.type': 'microsoft.graph.operationError', code: 'TeamUnavailable' } },
    ],
    [
      '$select=id,error($select=code,message)',
      { id: 'one', error: expect.objectContaining({ message: expect.any(String) }) },
    ],
    ['$select=colour,missing', { colour: 'red' }],
  ])('only what %s names', async (query, expected) => {
    const { status, body } = await send({ path: `${ONE}?${query}` });
    const { '@odata.context': context, '@odata.type': _type, ...properties } = body;
    expect({ status, properties }).toEqual({ status: 200, properties: expected });
    expect(context).toContain('/operations(');
  });

  test.each([
    ['$expand=a', 400],
    ['$apply=aggregate(x)', 400],
    ['$unknown=1', 400],
    ['$filter=unknown(id)', 400],
    ['$filter=status eq', 400],
    ['$orderby=status,attemptsCount', 400],
    ['$top=-1', 400],
  ])('an error where it does not do what is asked: ?%s', async (query, status) => {
    expect((await list(CHAT, query)).status).toBe(status);
  });

  test('its count, with and without a filter', async () => {
    expect((await list(CHAT, "$count=true&$top=1&$filter=status eq 'failed'")).body['@odata.count']).toBe(1);
    expect((await send({ path: `${operationsPath(CHAT)}/$count` })).text).toBe('2');
    expect((await send({ path: `${operationsPath(CHAT)}/$count?$filter=id%20eq%20%27one%27` })).text).toBe('1');
  });

  test('next links to the end, whatever the size of its pages', async () => {
    const found: string[] = [];
    let path = `${operationsPath(CHAT)}?$orderby=id`;
    for (let pages = 0; path !== '' && pages < 5; pages += 1) {
      const answer = await send({ path, headers: { prefer: 'odata.maxpagesize=1' } });
      found.push(...idsOf(answer));
      path = answer.body['@odata.nextLink'] ?? '';
    }
    expect(found).toEqual(['one', 'two']);
  });
});

describe('an address leads to', () => {
  test.each([
    [KEYED],
    [`/chats(id='${CHAT}')/operations(id='one')`],
    [`/chats/${CHAT}/operations('one')`],
    [`/chats('${encodeURIComponent(CHAT)}')/operations/one`],
    [`/me/chats/${CHAT}/operations/one`],
    [`${ONE}/`],
  ])('the operation: %s', async (path) => {
    expect(await send({ path })).toMatchObject({ status: 200, body: { id: 'one' } });
  });

  test.each<[string, unknown]>([
    ['status', 'failed'],
    ['attemptsCount', 3],
    ['createdDateTime', '2021-05-27T21:23:41.5Z'],
    ['error/code', 'TeamUnavailable'],
  ])('the property %s, and its value', async (property, value) => {
    const { status, body } = await send({ path: `${KEYED}/${property}` });
    expect({ status, body }).toEqual({
      status: 200,
      body: { '@odata.context': expect.stringMatching(new RegExp(`operations\\('one'\\)/${property}$`)), value },
    });
    const raw = await send({ path: `${ONE}/${property}/$value` });
    expect({ status: raw.status, type: raw.headers.get('content-type'), text: raw.text }).toEqual({
      status: 200,
      type: 'text/plain',
      text: String(value),
    });
  });

  test('a complex property', async () => {
    const { status, body } = await send({ path: `${ONE}/error` });
    expect({ status, body }).toMatchObject({ status: 200, body: { code: 'TeamUnavailable' } });
  });

  test.each([`${ONE}/targetResourceId`, `${ONE}/targetResourceId/$value`, `${itemPath(CHAT, 'two')}/error/code`])(
    'no value where it is null: %s',
    async (path) => {
      expect((await send({ path })).status).toBe(204);
    },
  );

  test.each<[string, string, number]>([
    ['GET', `${ONE}/colours`, 400],
    ['GET', `${ONE}/status/code`, 400],
    ['GET', `${ONE}/error/$value`, 400],
    ['GET', `${ONE}/error/hint`, 400],
    ['GET', `${ONE}/$value`, 400],
    ['PUT', `${ONE}/status`, 405],
    ['GET', `${itemPath(CHAT, 'missing')}/status`, 404],
    ['GET', `${itemPath(CHAT, 'missing')}`, 404],
  ])('nothing: %s %s', async (method, path, status) => {
    expect((await send({ method, path })).status).toBe(status);
  });
});

describe('a message has', () => {
  test('the version in every response, and a context', async () => {
    const { headers, body } = await send({ path: ONE });
    expect(headers.get('odata-version')).toBe('4.0');
    expect(body['@odata.context']).toMatch(/\$metadata#chats\('.*'\)\/operations\/\$entity$/);
  });

  test.each(['none', 'minimal', 'full'])('the control information of odata.metadata=%s', async (level) => {
    const { headers, body } = await send({
      path: ONE,
      headers: { accept: `application/json;odata.metadata=${level}` },
    });
    expect(headers.get('content-type')).toContain(`odata.metadata=${level}`);
    expect('@odata.context' in body).toBe(level !== 'none');
    expect('@odata.id' in body).toBe(level === 'full');
  });

  test('the etag that conditions are checked with', async () => {
    await create(CHAT, { id: 'tagged' });
    const path = itemPath(CHAT, 'tagged');
    const etag = (await send({ path })).headers.get('etag') ?? '';
    expect((await send({ path, headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await patch(path, { attemptsCount: 2 }, { 'if-match': 'W/"other"' })).status).toBe(412);
    expect((await patch(path, { attemptsCount: 2 }, { 'if-match': etag })).status).toBe(200);
    expect((await send({ method: 'DELETE', path })).status).toBe(204);
  });

  test('what it was asked to prefer', async () => {
    const made = await create(CHAT, { id: 'preferring' }, { prefer: 'return=minimal' });
    expect({ status: made.status, applied: made.headers.get('preference-applied') }).toEqual({
      status: 204,
      applied: 'return=minimal',
    });
    expect(made.headers.get('odata-entityid')).toBe(made.headers.get('location'));
    await send({ method: 'DELETE', path: itemPath(CHAT, 'preferring') });
  });
});

describe('the check against the metadata', () => {
  test('rejects what is not as the metadata says', async () => {
    const csdl: CsdlDocument = (await send({ path: '/$metadata?$format=json' })).body;
    const { body } = await send({ path: ONE });
    expect(problemsOfEntity(body, 'graph.teamsAsyncOperation', csdl)).toEqual([]);
    const wrong = { ...body, status: 'gone', attemptsCount: '3', createdDateTime: null, error: { hint: 'x' } };
    expect(problemsOfEntity(wrong, 'graph.teamsAsyncOperation', csdl)).toEqual([
      'createdDateTime is null',
      'status is no graph.teamsAsyncOperationStatus',
      'attemptsCount is no Edm.Int32',
      'error: graph.operationError has no property hint',
    ]);
  });
});
