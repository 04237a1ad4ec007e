import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandomness } from '@lazurite/runtime';
import { authorize, presentedKey, readAuthLevel } from './authorize.ts';
import { openKeyStore } from './key-store.ts';

let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-authorize-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('authorize() requires a function key or the master key, by header or query, as the level says', async () => {
  const keys = await openKeyStore(dataDir, systemRandomness);
  const [own] = await keys.list({ functionName: 'a' });
  const withHeader = { headers: { 'x-functions-key': own?.value ?? '' }, query: '' };
  const withQuery = { headers: {}, query: `x=1&code=${keys.masterKey}` };
  const without = { headers: {}, query: '' };
  const statuses = (authLevel: 'anonymous' | 'function' | 'admin', isDisabled = false) =>
    [without, withHeader, withQuery].map(
      (request) => authorize({ name: 'a', authLevel, isDisabled }, request, keys)?.status,
    );
  expect(statuses('anonymous')).toEqual([undefined, undefined, undefined]);
  expect(statuses('function')).toEqual([401, undefined, undefined]);
  expect(statuses('admin')).toEqual([401, 401, undefined]);
  expect(statuses('anonymous', true)).toEqual([404, 404, undefined]);
  expect(statuses('function', true)).toEqual([401, 404, undefined]);
});

test.each([
  ['anonymous', '', 404],
  ['anonymous', 'code=x', undefined],
  ['function', '', undefined],
] as const)(
  'authorize() without keys of a disabled %s function with the query %j is %s',
  (authLevel, query, status) => {
    expect(authorize({ name: 'a', authLevel, isDisabled: true }, { headers: {}, query }, undefined)?.status).toBe(
      status,
    );
  },
);

test('presentedKey() prefers the header', () => {
  expect(presentedKey({ headers: { 'x-functions-key': 'h' }, query: 'code=q' })).toBe('h');
  expect(presentedKey({ headers: {}, query: 'code=a%2Bb' })).toBe('a+b');
  expect(presentedKey({ headers: {}, query: '' })).toBeUndefined();
});

test.each([
  [undefined, 'function'],
  ['Anonymous', 'anonymous'],
  ['ADMIN', 'admin'],
  ['nonsense', 'function'],
])('readAuthLevel(%j) is %s', (declared, level) => {
  expect(readAuthLevel(declared)).toBe(level);
});
