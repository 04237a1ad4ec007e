import { Readable } from 'node:stream';
import type { Container } from '@azure/cosmos';
import fc from 'fast-check';
import { importDatabase } from '../index.ts';
import { makeDataDirectory } from '../testing/data-directory.ts';
import { type RawResponse, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

const directory = makeDataDirectory();
const PK = { 'x-ms-documentdb-partitionkey': '["a"]' };

/** JSON text of numbers, and whether a 64-bit floating-point number can hold them. */
const NUMBERS: readonly (readonly [text: string, fits: boolean])[] = [
  ['1e309', false],
  ['-1e309', false],
  ['1.7976931348623159e308', false],
  [`1${'0'.repeat(400)}`, false],
  ['1.7976931348623157e308', true],
  ['1e-400', true],
  ['5e-324', true],
  ['-0', true],
];

const ids = fc
  .array(fc.constantFrom('a', 'é', '\ud800', '\ud801', '\udc00', '\udfff', '\ufffd', '😀', '\ud83d', '\ude00', '\0'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((units) => units.join(''));

/** Of the only operation, where a batch has failed. */
function statusOf({ status, body }: RawResponse): number {
  return status === 207 ? Number(JSON.parse(body)[0]?.statusCode) : status;
}

describe.each(['memory', 'disk'])('in a store %s', (kind) => {
  let account: SdkAccount;
  let container: Container;
  let docs: string;

  beforeAll(async () => {
    account = await openSdkAccount(kind === 'disk' ? { dataDir: `${directory.path}/served` } : {});
    container = await account.container();
    docs = `/dbs/db/colls/${container.id}/docs`;
    await container.items.create({ id: 'there', pk: 'a', n: 1.7e308 });
  });

  afterAll(async () => {
    await account.close();
    if (kind === 'disk') directory.remove();
  });

  const send = (method: string, path: string, body: string | Buffer, headers = {}): Promise<RawResponse> =>
    sendRaw(account.server, { method, path, body, headers: { ...PK, ...headers } });

  /** One status for each way to write this item or, for a patch, its value. */
  async function statuses(item: string, value: string): Promise<Record<string, number>> {
    const batch = { 'x-ms-cosmos-is-batch-request': 'True', 'x-ms-cosmos-batch-atomic': 'True' };
    const operation = `[{"operationType":"Upsert","resourceBody":${item}}]`;
    const responses = {
      create: await send('POST', docs, item),
      upsert: await send('POST', docs, item, { 'x-ms-documentdb-is-upsert': 'True' }),
      replace: await send('PUT', `${docs}/there`, item),
      patch: await send('PATCH', `${docs}/there`, `{"operations":[{"op":"set","path":"/v","value":${value}}]}`),
      batch: await send('POST', docs, operation, batch),
    };
    return Object.fromEntries(Object.entries(responses).map(([name, response]) => [name, statusOf(response)]));
  }

  it.each(NUMBERS)(
    'the number %.30s is stored or rejected on every way to write, wherever it is',
    async (text, fits) => {
      for (const value of [text, `[${text}]`, `{"deep":[{"n":${text}}]}`]) {
        const found = await statuses(`{"id":"there","pk":"a","n":1,"v":${value}}`, value);
        const expected = fits
          ? { create: 409, upsert: 200, replace: 200, patch: 200, batch: 200 }
          : { create: 400, upsert: 400, replace: 400, patch: 400, batch: 400 };
        expect(found).toEqual(expected);
      }
    },
  );

  it('a sum beyond the range of a double is rejected, and the item stays', async () => {
    await container.items.upsert({ id: 'sum', pk: 'a', n: 1.7e308 });
    const patch = container.item('sum', 'a').patch([{ op: 'incr', path: '/n', value: 1.7e308 }]);
    await expect(patch).rejects.toMatchObject({ code: 400 });
    expect((await container.item('sum', 'a').read()).resource).toMatchObject({ n: 1.7e308 });
  });

  it('an id is stored as it is, or rejected when it has half of a surrogate pair', async () => {
    const written = new Set<string>();
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const body = JSON.stringify({ id, pk: 'a', is: [...id].map((one) => one.codePointAt(0)) });
        const { status } = await send('POST', docs, body, { 'x-ms-documentdb-is-upsert': 'True' });
        expect(status).toBe(id.isWellFormed() ? (written.has(id) ? 200 : 201) : 400);
        if (!id.isWellFormed()) return;
        written.add(id);
        const { resources } = await container.items
          .query({ query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] })
          .fetchAll();
        expect(resources).toEqual([expect.objectContaining({ id, is: [...id].map((one) => one.codePointAt(0)) })]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['replace', 'upsert', 'batch', 'create'])('%s rejects an id with half of a surrogate pair', async (way) => {
    expect((await statuses('{"id":"\\ud800","pk":"a"}', '1'))[way]).toBe(400);
  });

  it.each(['/dbs', '/dbs/db/colls'])('POST %s rejects such an id', async (path) => {
    const body = '{"id":"x\\udc00","partitionKey":{"paths":["/pk"],"kind":"Hash"}}';
    expect((await sendRaw(account.server, { method: 'POST', path, body })).status).toBe(400);
  });

  it('half of a surrogate pair in another value is kept as it is', async () => {
    await container.items.upsert({ id: 'text', pk: 'a', text: 'x\ud800' });
    expect((await container.item('text', 'a').read()).resource).toMatchObject({ text: 'x\ud800' });
  });

  it('a body that is no UTF-8 is rejected', async () => {
    const body = Buffer.from('{"id":"x\xff","pk":"a"}', 'latin1');
    expect((await send('POST', docs, body)).status).toBe(400);
  });
});

test.each(['{"id":"\\ud801","pk":"a"}', '{"id":"1","pk":"a","n":[1e309]}'])(
  'an import with the item %s is rejected',
  async (item) => {
    const target = makeDataDirectory();
    const definition = { id: 'c', partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 } };
    const lines = [
      '{"type":"database","version":1,"id":"shop"}',
      JSON.stringify({ type: 'container', definition }),
      `{"type":"item","item":${item}}`,
    ];
    const imported = importDatabase({ dataDir: target.path }, Readable.from([`${lines.join('\n')}\n`]));
    await expect(imported).rejects.toMatchObject({ code: 'BadLine' });
    target.remove();
  },
);
