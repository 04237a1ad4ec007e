import { EXAMPLE, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { itemPath, useGraph } from '../support/graph.ts';

const { create, list, patch, send, stack } = useGraph();

describe('POST', () => {
  test('answers 204 to Prefer: return=minimal', async () => {
    const answer = await create('minimal', { id: 'one' }, { prefer: 'respond-async, return="minimal"' });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    expect(answer.headers.get('odata-entityid')).toBe(answer.headers.get('location'));
    expect((await send({ path: answer.headers.get('location') ?? '' })).body.id).toBe('one');
  });

  test('is carried out once when it is repeatable', async () => {
    const headers = {
      'repeatability-request-id': 'F3A0B0A0-0000-4000-8000-000000000001',
      'repeatability-first-sent': new Date().toUTCString(),
    };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('repeated', {}, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.headers.get('repeatability-result')).toBe('accepted');
    expect((await send({ path: `${operationsPath('repeated')}/$count` })).text).toBe('1');
    const different = await create('repeated', { status: 'failed' }, headers);
    expect(different.status).toBe(400);
    expect(different.headers.get('repeatability-result')).toBe('rejected');
    const other = await stack().issuer.mint({ scopes: ['Chat.ReadWrite'], subject: 'someone else' });
    expect((await create('repeated', {}, { ...headers, authorization: `Bearer ${other}` })).status).toBe(201);
    expect((await send({ path: `${operationsPath('repeated')}/$count` })).text).toBe('2');
  });

  test.each([
    ['no time', { 'repeatability-request-id': 'a' }, 400],
    ['no id', { 'repeatability-first-sent': new Date().toUTCString() }, 400],
    ['a time that is none', { 'repeatability-request-id': 'a', 'repeatability-first-sent': 'now' }, 400],
    [
      'a time long ago',
      { 'repeatability-request-id': 'a', 'repeatability-first-sent': new Date(0).toUTCString() },
      412,
    ],
  ])('rejects a repeatable request with %s', async (_title, headers, status) => {
    expect((await create('repeated', {}, headers)).status).toBe(status);
  });

  test('is the only verb that is repeatable', async () => {
    const headers = { 'repeatability-request-id': 'a', 'repeatability-first-sent': new Date().toUTCString() };
    const answer = await patch(itemPath('repeated', 'one'), { status: 'failed' }, headers);
    expect(answer).toMatchObject({ status: 501, body: { error: { code: 'NotImplemented' } } });
  });
});

describe('PATCH', () => {
  test('changes what was sent, and the time of the last action', async () => {
    await create('patch', { id: 'one', values: 'x', more: 1, error: { code: 'a', message: 'b' } });
    const { status, body, headers } = await patch(itemPath('patch', 'one'), {
      '@odata.type': '#microsoft.graph.teamsAsyncOperation',
      status: 'failed',
      error: { message: 'c' },
      values: { y: 1 },
      targetResourceId: null,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'failed',
      operationType: EXAMPLE.operationType,
      attemptsCount: EXAMPLE.attemptsCount,
      error: { code: 'a', message: 'c' },
      values: { y: 1 },
      more: 1,
      targetResourceId: null,
    });
    expect(body.lastActionDateTime > String(EXAMPLE.lastActionDateTime)).toBe(true);
    const got = await send({ path: itemPath('patch', 'one') });
    expect(got.body).toEqual(body);
    expect(got.headers.get('etag')).toBe(headers.get('etag'));
  });

  test('keeps the time of the last action that it is given', async () => {
    await create('patch', { id: 'timed' });
    const lastActionDateTime = '2030-01-01T00:00:00+01:00';
    const { body } = await patch(itemPath('patch', 'timed'), { lastActionDateTime, error: null });
    expect(body).toMatchObject({ lastActionDateTime: '2029-12-31T23:00:00Z', error: null });
  });

  test('answers 204 to Prefer: return=minimal', async () => {
    await create('patch', { id: 'minimal' });
    const answer = await patch(itemPath('patch', 'minimal'), { status: 'failed' }, { prefer: 'return=minimal' });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    expect(answer.headers.get('etag')).toMatch(/^W\/"/);
  });

  test.each([
    ['nothing', '', 'Empty Payload. JSON content expected.'],
    ['an empty object', '{}', 'The request body must name at least one property to update.'],
    ['a type alone', '{"@odata.type":"#microsoft.graph.teamsAsyncOperation"}', 'The request body must name'],
    ['another type', '{"@odata.type":"#microsoft.graph.chat","status":"failed"}', "The value of '@odata.type' must be"],
    ['null for what is not nullable', '{"status":null}', "null is not a valid value for the property 'status'"],
    ['an id', '{"id":"a"}', "The property 'id' is read-only"],
    ['a time of creation', '{"createdDateTime":"2021-05-27T21:23:45Z"}', "The property 'createdDateTime' is read-only"],
    ['a wrong value', '{"attemptsCount":1.5}', "The value of the property 'attemptsCount' is not valid"],
    ['an unknown property of the error', '{"error":{"hint":"x"}}', "The property 'hint' does not exist on type"],
    ['an array', '[]', 'The request body must be a JSON object.'],
  ])('rejects %s', async (_title, body, message) => {
    await create('patch', { id: 'rejected' });
    const answer = await send({ method: 'PATCH', path: itemPath('patch', 'rejected'), headers: JSON_TYPE, body });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
    expect(answer.body.error.message).toContain(message);
  });

  test('writes over the version that If-Match names, and no other', async () => {
    const etag = (await create('patch', { id: 'matched' })).headers.get('etag') ?? '';
    const write = (tag: string) => patch(itemPath('patch', 'matched'), { attemptsCount: 9 }, { 'if-match': tag });
    expect(await write('W/"another"')).toMatchObject({ status: 412, body: { error: { code: 'PreconditionFailed' } } });
    for (const malformed of ['', 'x', '"a', 'W/a', '"a" "b"']) expect((await write(malformed)).status).toBe(400);
    expect((await write(`"z", ${etag}`)).status).toBe(200);
    expect((await write(etag)).status).toBe(412);
    expect((await write('*')).status).toBe(200);
  });

  test('loses no update of 50 concurrent writers', async () => {
    await create('patch', { id: 'raced' });
    const path = itemPath('patch', 'raced');
    const writers = Array.from({ length: 50 }, (_, index) => patch(path, { [`writer${index}`]: index }));
    const answers = await Promise.all(writers);
    const { body } = await send({ path });
    const written = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(written.filter((index) => body[`writer${index}`] !== index)).toEqual([]);
    expect(Object.keys(body).filter((name) => name.startsWith('writer'))).toHaveLength(written.length);
    expect(answers.filter(({ status }) => status !== 200 && status !== 412)).toEqual([]);
    expect(written.length).toBeGreaterThan(0);
  });

  test('lets one of 50 writers over the same version', async () => {
    const etag = (await create('patch', { id: 'versioned' })).headers.get('etag') ?? '';
    const path = itemPath('patch', 'versioned');
    const writers = Array.from({ length: 50 }, (_, index) =>
      patch(path, { attemptsCount: index }, { 'if-match': etag }),
    );
    const statuses = (await Promise.all(writers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(412)]);
  });
});

describe('DELETE', () => {
  test('answers 204, and the operation is gone', async () => {
    const etag = (await create('delete', { id: 'one' })).headers.get('etag') ?? '';
    const remove = (headers: Record<string, string>) =>
      send({ method: 'DELETE', path: itemPath('delete', 'one'), headers });
    expect((await remove({ 'if-match': 'W/"another"' })).status).toBe(412);
    expect((await remove({ 'if-match': '"a", "b"' })).status).toBe(412);
    expect((await remove({ 'if-match': 'malformed' })).status).toBe(400);
    expect(await remove({ 'if-match': etag })).toMatchObject({ status: 204, text: '' });
    expect((await remove({})).status).toBe(404);
    expect((await list('delete', '$count=true')).body['@odata.count']).toBe(0);
  });
});
