import fc from 'fast-check';
import { isJsonObject } from '../json.ts';
import { uniqueKeyReader, uniqueKeyViolation } from './unique-key.ts';

const read = uniqueKeyReader({ uniqueKeys: [{ paths: ['/name', '/address/zip'] }, { paths: ['/email'] }] });

test('uniqueKeyReader() gives one text per key', () => {
  expect(read({ name: 'a', address: { zip: 1 }, email: 'x' })).toEqual(['["a",1]', '["x"]']);
});

test('uniqueKeyReader() counts a missing property as null', () => {
  expect(read({ name: 'a' })).toEqual(read({ name: 'a', address: { zip: null }, email: null }));
});

test.each([
  ['text and number', { email: '1' }, { email: 1 }],
  ['letter case', { email: 'a' }, { email: 'A' }],
  ['null and the text null', { email: null }, { email: 'null' }],
  ['a list and an object', { email: [{ a: 1 }] }, { email: { a: 1 } }],
  ['an empty list and an empty object', { email: [] }, { email: {} }],
  ['where one path ends and the next begins', { name: 'a","b' }, { name: 'a', address: { zip: 'b' } }],
])('uniqueKeyReader() tells apart %s', (_, left, right) => {
  expect(read(left)).not.toEqual(read(right));
});

test('uniqueKeyReader() ignores the order of members of an object', () => {
  expect(read({ email: { a: 1, b: 2 } })).toEqual(read({ email: { b: 2, a: 1 } }));
});

test('uniqueKeyReader() keeps the text of a long value short', () => {
  const long = 'a'.repeat(1_000_000);
  const [, key = ''] = read({ email: long });
  expect(key.length).toBeLessThan(60);
  expect(read({ email: `${long}b` })[1]).not.toBe(key);
});

test('uniqueKeyReader() gives the same texts for equal items, whatever they hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (email) => {
      const copy: unknown = JSON.parse(JSON.stringify({ email }));
      if (isJsonObject(copy)) expect(read(copy)).toEqual(read(copy));
    }),
  );
});

test('uniqueKeyViolation() is a 409', () => {
  expect(uniqueKeyViolation().status).toBe(409);
});
