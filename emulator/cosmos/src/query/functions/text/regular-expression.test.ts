import { evaluateFunction, testFunctions } from '../../../testing/function-cases.ts';

testFunctions([
  ['REGEXMATCH', ['abcd', 'ABC', ''], false],
  ['REGEXMATCH', ['abcd', 'ABC', 'i'], true],
  ['REGEXMATCH', ['abcd', 'ab.'], true],
  ['REGEXMATCH', ['abcd', 'ab c', 'x'], true],
  ['REGEXMATCH', ['abcd', 'aB c', 'ix'], true],
  ['REGEXMATCH', ['a\nb', '^b'], false],
  ['REGEXMATCH', ['a\nb', '^b', 'm'], true],
  ['REGEXMATCH', ['a\nb', 'a.b'], false],
  ['REGEXMATCH', ['a\nb', 'a.b', 's'], true],
  ['REGEXMATCH', ['abcd', '('], undefined],
  ['REGEXMATCH', ['abcd', 'a', 'g'], undefined],
  ['REGEXMATCH', [5, 'a'], undefined],
  ['REGEXMATCH', ['abcd', undefined], undefined],
  ['REGEXMATCH', [`${'a'.repeat(5_000)}b`, '^(a+)+$'], false],
]);

test.each(['(?=a)b', '(a)\\1', '(?!a)b'])('rejects %s, which cannot be matched in linear time', (pattern) => {
  expect(() => evaluateFunction('REGEXMATCH', 'abcd', pattern)).toThrow('not emulated');
});

test('rejects a pattern of more than 10,000 characters', () => {
  expect(() => evaluateFunction('REGEXMATCH', 'abcd', 'a'.repeat(10_001))).toThrow('10000');
});
