import { nameDevelopmentStorage, storageConnectionString, usesDevelopmentStorage } from './connections.ts';

const local = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', Other: 'AccountName=x', X__serviceUri: 'https://x' };

test.each([
  [{ type: 'queueTrigger' }, true],
  [{ type: 'blob', connection: '' }, true],
  [{ type: 'table', connection: 'Storage' }, true],
  [{ type: 'queue', connection: 'Other' }, false],
  [{ type: 'queue', connection: 'X' }, false],
  [{ type: 'queue', connection: 'Missing' }, false],
  [{ type: 'httpTrigger' }, false],
  [{}, false],
])('usesDevelopmentStorage() of %j is %s', (binding, expected) => {
  expect(usesDevelopmentStorage([binding], local)).toBe(expected);
});

test('usesDevelopmentStorage() also knows development storage by the address that it has here', () => {
  const named = nameDevelopmentStorage({ ...local, LAZURITE_STORAGE_CONNECTION_STRING: 'AccountName=local' });
  expect(named).toMatchObject({ AzureWebJobsStorage: 'AccountName=local', Other: 'AccountName=x' });
  expect(usesDevelopmentStorage([{ type: 'queue' }], named)).toBe(true);
  expect(usesDevelopmentStorage([{ type: 'queue', connection: 'Other' }], named)).toBe(false);
});

test('nameDevelopmentStorage() leaves an environment alone that names no emulator', () => {
  expect(nameDevelopmentStorage(local)).toEqual(local);
});

test('storageConnectionString() rejects an identity', () => {
  expect(storageConnectionString('', local)).toBe('UseDevelopmentStorage=true');
  expect(() => storageConnectionString('X', local)).toThrow('uses an identity');
});
