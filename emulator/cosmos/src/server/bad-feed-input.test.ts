import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan } from '@azure/cosmos';
import fc from 'fast-check';
import { type RawRequest, type RawResponse, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

const LATEST = { 'a-im': 'Incremental Feed' };
const ALL = { 'a-im': 'Full-Fidelity Feed', 'x-ms-cosmos-changefeed-wire-format-version': '2021-09-15' };

describe('requests for feeds, offers and tokens that no SDK would send', () => {
  let account: SdkAccount;
  const docs = '/dbs/db/colls/container-1/docs';

  beforeAll(async () => {
    account = await openSdkAccount({ enforceThroughput: true, readOnlyKey: Buffer.from('reader').toString('base64') });
    const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(10));
    const container = await account.container({ maxThroughput: 1_000_000, changeFeedPolicy });
    await container.items.create({ id: '1', pk: 'p' });
  });

  afterAll(() => account.close());

  const send = (raw: Partial<RawRequest>) => sendRaw(account.server, { method: 'GET', path: docs, ...raw });

  it.each<[string, Record<string, string>, number]>([
    ['an unknown feed', { 'a-im': 'Feed' }, 400],
    ['an etag that is text', { ...LATEST, 'if-none-match': '"x"' }, 400],
    ['an etag of one partition for a hundred', { ...LATEST, 'if-none-match': '"1"' }, 400],
    [
      'an etag from the future',
      { ...LATEST, 'if-none-match': '"99"', 'x-ms-documentdb-partitionkeyrangeid': '0' },
      400,
    ],
    ['a negative etag', { ...LATEST, 'if-none-match': '"-1"', 'x-ms-documentdb-partitionkeyrangeid': '0' }, 400],
    ['a huge etag', { ...LATEST, 'if-none-match': `"${'9'.repeat(400)}"` }, 400],
    ['a date that is none', { ...LATEST, 'if-modified-since': 'yesterday' }, 400],
    ['a page of none', { ...LATEST, 'x-ms-max-item-count': '0' }, 400],
    ['a page of -2', { ...LATEST, 'x-ms-max-item-count': '-2' }, 400],
    ['a range that is no number', { ...LATEST, 'x-ms-documentdb-partitionkeyrangeid': '1e1' }, 400],
    ['a range that is not there', { ...LATEST, 'x-ms-documentdb-partitionkeyrangeid': '100' }, 410],
    ['half an epk range', { ...LATEST, 'x-ms-start-epk': '00' }, 400],
    ['an epk range that is empty', { ...LATEST, 'x-ms-start-epk': '10', 'x-ms-end-epk': '10' }, 400],
    ['an epk range that is no hex', { ...LATEST, 'x-ms-start-epk': '', 'x-ms-end-epk': 'zz' }, 400],
    [
      'an epk range outside of the partition',
      { ...LATEST, 'x-ms-documentdb-partitionkeyrangeid': '0', 'x-ms-start-epk': '3E', 'x-ms-end-epk': '3F' },
      400,
    ],
    ['a key with too many parts', { ...LATEST, 'x-ms-documentdb-partitionkey': '["a","b"]' }, 400],
    ['all versions in an older form', { 'a-im': 'Full-Fidelity Feed', 'if-none-match': '*' }, 400],
    ['all versions from the beginning', ALL, 400],
  ])('a change feed with %s is rejected', async (_, headers, status) => {
    expect((await send({ headers })).status).toBe(status);
  });

  it('a change feed of a part of a physical partition is served', async () => {
    const headers = { ...LATEST, 'x-ms-start-epk': '', 'x-ms-end-epk': 'ff' };
    expect((await send({ headers })).status).toBe(200);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['no content', {}, '{}', 400],
    ['a negative throughput', {}, '{"content":{"offerThroughput":-400}}', 400],
    ['a throughput that is text', {}, '{"content":{"offerThroughput":"400"}}', 400],
    ['a huge throughput', {}, '{"content":{"offerThroughput":1e99}}', 400],
    [
      'two migrations',
      { 'x-ms-cosmos-migrate-offer-to-autopilot': 'true', 'x-ms-cosmos-migrate-offer-to-manual-throughput': 'true' },
      '{}',
      400,
    ],
    ['a migration of maybe', { 'x-ms-cosmos-migrate-offer-to-autopilot': 'maybe' }, '{}', 400],
  ])('an offer with %s is rejected', async (_, headers, body, status) => {
    const { resources } = await account.client.offers.readAll().fetchAll();
    const id = String(resources[0]?.id);
    const answer = await send({ method: 'PUT', path: `/offers/${id}`, link: id.toLowerCase(), headers, body });
    expect(answer.status).toBe(status);
  });

  it('no header of a feed gives a 5xx, and every answer says what it is', async () => {
    const text = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    const number = fc.oneof(fc.maxSafeInteger(), fc.double()).map(String);
    const value = fc.oneof(text, number, fc.constantFrom('', '*', '"0"', '"1,1"', '[]', '[{}]', 'FF', 'true'));
    const names = ['if-none-match', 'if-modified-since', 'x-ms-max-item-count', 'x-ms-documentdb-partitionkeyrangeid'];
    const others = ['x-ms-start-epk', 'x-ms-end-epk', 'x-ms-documentdb-partitionkey', 'x-ms-session-token'];
    const headers = fc.dictionary(fc.constantFrom(...names, ...others), value, { minKeys: 1 });
    const property = fc.asyncProperty(headers, fc.constantFrom(LATEST, ALL, {}), async (given, feed) => {
      expectAnswer(await send({ headers: { ...feed, ...given } }));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('no token in place of a signature gives a 5xx, or access', async () => {
    const text = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    const kinds = ['master', 'aad', 'resource', 'sas', 'x'];
    const token = fc.tuple(fc.constantFrom(...kinds), text).map(([kind, rest]) => `type=${kind}&ver=1.0&sig=${rest}`);
    const property = fc.asyncProperty(fc.oneof(text, token, token.map(encodeURIComponent)), async (authorization) => {
      const answer = await send({ headers: { authorization } });
      expect(answer.status).toBe(401);
      expectAnswer(answer);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

function expectAnswer({ status, body, headers }: RawResponse): void {
  expect(status).toBeLessThan(500);
  expect(headers['x-ms-activity-id']).toBeDefined();
  if (status >= 400) expect(JSON.parse(body)).toEqual({ code: expect.any(String), message: expect.any(String) });
}
