import { REQUEST_HEADERS } from '../routes/request-headers.ts';
import { type RawResponse, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

const rejected = REQUEST_HEADERS.filter(({ treatment }) => treatment === 'rejected');
const checked = REQUEST_HEADERS.filter(({ values }) => values);
const ignored = REQUEST_HEADERS.filter(({ treatment, values }) => treatment === 'ignored' && !values);

describe('request headers', () => {
  let account: SdkAccount;
  const docs = '/dbs/db/colls/container-1/docs';
  const key = { 'x-ms-documentdb-partitionkey': '["a"]' };

  beforeAll(async () => {
    account = await openSdkAccount();
    const container = await account.container();
    await container.items.create({ id: 'x', pk: 'a' });
  });

  afterAll(() => account.close());

  function read(headers: Record<string, string>): Promise<RawResponse> {
    return sendRaw(account.server, { method: 'GET', path: `${docs}/x`, headers: { ...key, ...headers } });
  }

  it.each(rejected.map(({ name }) => [name]))('%s is rejected with 501 and a message that names it', async (name) => {
    const { status, body } = await read({ [name]: 'x' });
    expect([status, JSON.parse(body)]).toEqual([501, expect.objectContaining({ code: 'NotImplemented' })]);
    expect(body).toContain(name);
  });

  it.each(checked)(
    '$name is rejected with 400 and a message that names it when its value is none',
    async ({ name }) => {
      const { status, body } = await read({ [name]: 'nonsense' });
      expect([status, JSON.parse(body)]).toEqual([400, expect.objectContaining({ code: 'BadRequest' })]);
      expect(body).toContain(name);
    },
  );

  it.each(checked)('$name may have each of its values, in any case, and be empty', async ({ name, values = [] }) => {
    const given = [...values, ...values.map((value) => value.toUpperCase()), ''];
    const answers = await Promise.all(given.map((value) => read({ [name]: value })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('those that are ignored, and those of no meaning, change nothing', async () => {
    const headers = Object.fromEntries(ignored.map(({ name }) => [name, 'anything']));
    const answer = await read({ ...headers, 'x-of-my-own': '1' });
    expect([answer.status, answer.body]).toEqual([200, (await read({})).body]);
  });

  it('Prefer: return=minimal leaves the item out of the answer to a write, and only there', async () => {
    const headers = { ...key, prefer: 'return=minimal' };
    const send = (method: string, path: string, body: string, more = {}) =>
      sendRaw(account.server, { method, path, body, headers: { ...headers, ...more } });
    const item = '{"id":"minimal","pk":"a"}';
    const answers = [
      await send('POST', docs, item),
      await send('POST', docs, item, { 'x-ms-documentdb-is-upsert': 'true' }),
      await send('PUT', `${docs}/minimal`, item),
      await send('PATCH', `${docs}/minimal`, '[{"op":"set","path":"/n","value":1}]'),
    ];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [201, ''],
      [200, ''],
      [200, ''],
      [200, ''],
    ]);
    const { body } = await read({ prefer: 'return=minimal' });
    expect(JSON.parse(body)).toMatchObject({ id: 'x' });
    expect(answers[3]?.headers.etag).toMatch(/^".+"$/);
  });
});
