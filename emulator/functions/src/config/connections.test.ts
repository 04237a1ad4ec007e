import { lookUp, resolveConnection } from './connections.ts';

describe('resolveConnection()', () => {
  test.each([
    [{ X: 'a', AzureWebJobsX: 'b' }, 'a'],
    [{ AzureWebJobsX: 'b', 'ConnectionStrings:X': 'c' }, 'b'],
    [{ 'ConnectionStrings:X': 'c' }, 'c'],
    [{ ConnectionStrings__X: 'd' }, 'd'],
    [{ X: '', AzureWebJobsX: 'b' }, 'b'],
  ])('takes the first of the names that %j sets', (env, connectionString) => {
    expect(resolveConnection('X', env)).toEqual({ kind: 'connectionString', connectionString });
  });

  test('gives the settings below the name for an identity', () => {
    const connection = resolveConnection('X', {
      X__accountEndpoint: 'https://a',
      'X:credential': 'managedidentity',
      XY__b: 'c',
    });
    expect(connection).toEqual({
      kind: 'section',
      properties: new Map([
        ['accountendpoint', 'https://a'],
        ['credential', 'managedidentity'],
      ]),
    });
  });

  test('names the setting that is missing', () => {
    expect(() => resolveConnection('Missing', {})).toThrow("Add the app setting 'Missing'");
  });
});

test('lookUp() treats a colon and two underscores alike', () => {
  expect(lookUp('a:b', { a__b: '1' })).toBe('1');
  expect(lookUp('a__b', { 'a:b': '2' })).toBe('2');
  expect(lookUp('a', {})).toBeUndefined();
});
