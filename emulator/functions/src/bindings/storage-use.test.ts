import { storageConnectionString } from './storage-connection.ts';
import { usesDevelopmentStorage } from './storage-use.ts';

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

test('storageConnectionString() lets the composition root say what development storage means', () => {
  expect(storageConnectionString(undefined, local)).toBe('UseDevelopmentStorage=true');
  const started = { ...local, LAZURITE_STORAGE_CONNECTION_STRING: 'AccountName=local' };
  expect(storageConnectionString('', started)).toBe('AccountName=local');
  expect(storageConnectionString('Other', started)).toBe('AccountName=x');
  expect(() => storageConnectionString('X', started)).toThrow('uses an identity');
});
