import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import { formatChangeFeedEtag, readChangeFeedRequest } from './change-feed-request.ts';

const latest = { aIm: 'Incremental Feed' };
const all = { aIm: 'Full-Fidelity Feed', wireFormatVersion: '2021-09-15' };

test.each([
  ['nothing', {}, { from: 'beginning' }],
  ['If-None-Match *', { ifNoneMatch: '*' }, { from: 'now' }],
  ['an etag', { ifNoneMatch: '"17"' }, { from: 'lsns', lsns: [17] }],
  ['an etag without quotes', { ifNoneMatch: '17' }, { from: 'lsns', lsns: [17] }],
  ['a date', { ifModifiedSince: 'Mon, 01 Jun 2026 10:00:00 GMT' }, { from: 'time', time: Date.UTC(2026, 5, 1, 10) }],
  [
    'an etag and a date',
    { ifNoneMatch: '"3"', ifModifiedSince: 'Mon, 01 Jun 2026 10:00:00 GMT' },
    { from: 'lsns', lsns: [3] },
  ],
])('readChangeFeedRequest() with %s', (_, headers, start) => {
  expect(readChangeFeedRequest({ ...latest, ...headers })).toEqual({ mode: 'latestVersion', start });
});

test('readChangeFeedRequest() reads all versions from now and from an etag', () => {
  expect(readChangeFeedRequest({ ...all, ifNoneMatch: '*' })).toEqual({
    mode: 'allVersionsAndDeletes',
    start: { from: 'now' },
  });
  expect(readChangeFeedRequest({ ...all, ifNoneMatch: '"5"' }).start).toEqual({ from: 'lsns', lsns: [5] });
});

test.each([
  ['all versions from the beginning', all],
  ['all versions from a time', { ...all, ifModifiedSince: 'Mon, 01 Jun 2026 10:00:00 GMT' }],
])('readChangeFeedRequest() of %s names the retention period', (_, headers) => {
  expect(cosmosErrorOf(() => readChangeFeedRequest(headers)).message).toContain(
    'You must read the change feed from within the retention period.',
  );
});

test.each([
  ['an unknown feed', { aIm: 'Feed' }],
  ['all versions in another wire format', { aIm: 'Full-Fidelity Feed', ifNoneMatch: '*' }],
  ['an etag with a sign', { ...latest, ifNoneMatch: '"-1"' }],
  ['an etag that is too large', { ...latest, ifNoneMatch: '"9999999999999999"' }],
  ['an etag without a number', { ...latest, ifNoneMatch: '""' }],
  ['an etag with a gap', { ...latest, ifNoneMatch: '"1,,2"' }],
  ['an etag with one quote', { ...latest, ifNoneMatch: '"1' }],
  ['an item etag', { ...latest, ifNoneMatch: '"00000000-0000-0000-0000-000000000000"' }],
  ['a date of another form', { ...latest, ifModifiedSince: '2026-06-01' }],
  ['a date that does not exist', { ...latest, ifModifiedSince: 'Mon, 99 Foo 2026 10:00:00 GMT' }],
])('readChangeFeedRequest() rejects %s', (_, headers) => {
  expect(cosmosErrorOf(() => readChangeFeedRequest(headers)).status).toBe(400);
});

test('readChangeFeedRequest() continues from every etag that formatChangeFeedEtag() writes', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { minLength: 1 }), (lsns) => {
      expect(readChangeFeedRequest({ ...latest, ifNoneMatch: formatChangeFeedEtag(lsns) }).start).toEqual({
        from: 'lsns',
        lsns,
      });
    }),
  );
});

test('readChangeFeedRequest() returns a request or throws 400 for any headers', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (aIm, ifNoneMatch, ifModifiedSince) => {
      expectValueOrClientError(() => readChangeFeedRequest({ aIm, ifNoneMatch, ifModifiedSince }));
      expectValueOrClientError(() => readChangeFeedRequest({ ...latest, ifNoneMatch, ifModifiedSince }));
      expectValueOrClientError(() => readChangeFeedRequest({ ...all, ifModifiedSince }));
    }),
  );
});
