import { VirtualClock } from '@lazurite/runtime';
import fc from 'fast-check';
import { startCosmos } from '../index.ts';
import { type RawRequest, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

describe('requests that no SDK would send', () => {
  let account: SdkAccount;
  const docs = '/dbs/db/colls/container-1/docs';
  const key = { 'x-ms-documentdb-partitionkey': '["a"]' };

  beforeAll(async () => {
    account = await openSdkAccount();
    await account.container();
  });

  afterAll(() => account.close());

  async function send(
    raw: RawRequest,
  ): Promise<{ status: number; code: unknown; message: string; substatus: unknown }> {
    const { status, headers, body } = await sendRaw(account.server, raw);
    const { code, message } = JSON.parse(body || '{}') as { code?: unknown; message?: string };
    return { status, code, message: message ?? '', substatus: headers['x-ms-substatus'] };
  }

  it.each([
    ['no JSON', '{"id":'],
    ['an empty body', ''],
    ['an array', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['no id', '{"pk":"a"}'],
    ['an id that is a number', '{"id":1,"pk":"a"}'],
    ['an empty id', '{"id":"","pk":"a"}'],
    ['a ttl of zero', '{"id":"x","pk":"a","ttl":0}'],
    ['a ttl that is text', '{"id":"x","pk":"a","ttl":"1"}'],
    ['nesting 1,000 deep', `{"id":"x","pk":"a","n":${'['.repeat(1000)}${']'.repeat(1000)}}`],
  ])('an item that is %s is rejected with 400', async (_, body) => {
    expect(await send({ method: 'POST', path: docs, headers: key, body })).toMatchObject({
      status: 400,
      code: 'BadRequest',
    });
  });

  it('a partition key that is not the item’s is rejected with 400, substatus 1001', async () => {
    const answer = await send({ method: 'POST', path: docs, headers: key, body: '{"id":"x","pk":"other"}' });
    expect(answer).toMatchObject({ status: 400, substatus: '1001' });
  });

  it.each(['', 'a', '"a"', '{}', '[[]]', '[{"a":1}]', '["a","b"]', '[1e999]', '["a"'])(
    'the partition key header %j is rejected with 400',
    async (text) => {
      const headers = { 'x-ms-documentdb-partitionkey': text };
      expect(await send({ method: 'GET', path: `${docs}/x`, headers })).toMatchObject({ status: 400 });
    },
  );

  it.each([
    ['x-ms-max-item-count', '0'],
    ['x-ms-max-item-count', '-2'],
    ['x-ms-max-item-count', 'many'],
    ['x-ms-max-item-count', '1e99'],
    ['x-ms-continuation', 'forged'],
    ['x-ms-continuation', '0:99999999999999999999'],
    ['x-ms-session-token', '0:-1#x'],
    ['x-ms-documentdb-partitionkeyrangeid', 'zero'],
  ])('the header %s: %s is rejected with 400', async (name, value) => {
    expect(await send({ method: 'GET', path: docs, headers: { [name]: value } })).toMatchObject({ status: 400 });
  });

  it('a partition key range that does not exist is answered 410', async () => {
    const headers = { 'x-ms-documentdb-partitionkeyrangeid': '7' };
    expect(await send({ method: 'GET', path: docs, headers })).toMatchObject({ status: 410, substatus: '1002' });
  });

  it('a read with a session token from the future is answered 404, substatus 1002', async () => {
    const headers = { 'x-ms-session-token': '0:-1#999999' };
    expect(await send({ method: 'GET', path: docs, headers })).toMatchObject({ status: 404, substatus: '1002' });
  });

  it('a body far above 2 MB is rejected with 413 before it is read', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, 'x');
    expect(await send({ method: 'POST', path: docs, headers: key, body })).toMatchObject({ status: 413 });
  });

  it('an id in the body that is not the one of the path is rejected with 400', async () => {
    const body = '{"id":"y","pk":"a"}';
    expect(await send({ method: 'PUT', path: `${docs}/x`, headers: key, body })).toMatchObject({ status: 400 });
  });

  it.each([
    ['GET', '/nonsense', 400, '/nonsense'],
    ['PUT', '/dbs', 405, 'PUT'],
    ['GET', '/dbs/absent', 404, 'does not exist'],
    ['GET', '/dbs/db/colls/absent/docs', 404, 'does not exist'],
  ])('%s %s is answered %i, naming %s', async (method, path, status, name) => {
    const answer = await send({ method, path, ...(method === 'GET' ? {} : { body: '{}' }) });
    expect(answer.status).toBe(status);
    expect(answer.message).toContain(name);
  });

  it('a path that is not percent-encoded UTF-8 is rejected with 400', async () => {
    expect(await send({ method: 'GET', path: '/dbs/%ff' })).toMatchObject({ status: 400 });
  });

  it('a request without, with a foreign or with a malformed signature is rejected with 401', async () => {
    const foreign = Buffer.from('another key').toString('base64');
    const unsigned = { authorization: '' };
    const malformed = { authorization: '%%%' };
    const other = { authorization: 'type%3Dresource%26ver%3D1%26sig%3Dx' };
    for (const headers of [unsigned, malformed, other])
      expect(await send({ method: 'GET', path: '/dbs', headers })).toMatchObject({ status: 401, code: 'Unauthorized' });
    expect(await send({ method: 'GET', path: '/dbs', key: foreign })).toMatchObject({ status: 401 });
    expect(await send({ method: 'GET', path: '/dbs/db', link: 'dbs/other' })).toMatchObject({ status: 401 });
  });

  it('a signature more than 15 minutes old or ahead is rejected with 403', async () => {
    for (const minutes of [-16, 16]) {
      const date = new Date(Date.now() + minutes * 60_000).toUTCString();
      expect(await send({ method: 'GET', path: '/dbs', date })).toMatchObject({ status: 403, code: 'Forbidden' });
    }
    expect(await send({ method: 'GET', path: '/dbs', date: 'yesterday' })).toMatchObject({ status: 403 });
  });

  it('a browser is shown a page at /, and a request of a tool is not', async () => {
    const page = await fetch(`${account.server.endpoint}/`, { headers: { accept: 'text/html,*/*' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('Cosmos DB-compatible server');
    expect((await fetch(`${account.server.endpoint}/`)).status).toBe(401);
  });

  it('with a virtual clock, a signature of the real or of the virtual time is accepted, any other is not', async () => {
    const clock = new VirtualClock();
    const cosmos = await startCosmos({ clock });
    const statusAt = async (time: number) => {
      const date = new Date(time).toUTCString();
      return (await sendRaw(cosmos, { method: 'GET', path: '/dbs', date })).status;
    };
    await clock.advance(10 * 60 * 60_000);
    expect(await statusAt(Date.now())).toBe(200);
    expect(await statusAt(clock.now())).toBe(200);
    expect(await statusAt(clock.now() - 5 * 60 * 60_000)).toBe(403);
    await cosmos.close();
  });

  it('no JSON body, header or path gives a 5xx other than 501', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const header = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    const property = fc.asyncProperty(fc.json(), header, text, async (body, value, id) => {
      const headers = {
        'x-ms-documentdb-partitionkey': value,
        'x-ms-max-item-count': value,
        'x-ms-continuation': value,
      };
      const path = `${docs}/${encodeURIComponent(id.replaceAll('/', '')) || 'x'}`;
      const link = decodeURIComponent(path.slice(1));
      const answers = await Promise.all([
        send({ method: 'POST', path: docs, headers: key, body }),
        send({ method: 'PUT', path, link, headers, body }),
        send({ method: 'GET', path: docs, headers }),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
