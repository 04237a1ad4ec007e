import { compileQuery, createQueryCompiler } from './compile-query.ts';

test('createQueryCompiler() compiles a text with the same parameters once', () => {
  const { compile } = createQueryCompiler(compileQuery);
  const text = 'SELECT * FROM c WHERE c.a = @a';
  const compiled = compile(text, [{ name: '@a', value: 1 }]);
  expect(compile(text, [{ name: '@a', value: 1 }])).toBe(compiled);
  expect(compile(text, [{ name: '@a', value: 2 }])).not.toBe(compiled);
});

test('createQueryCompiler() drops the query that was used least recently', () => {
  const { compile } = createQueryCompiler(compileQuery, 2);
  const [first, second] = [compile('SELECT 1'), compile('SELECT 2')];
  expect(compile('SELECT 1')).toBe(first);
  compile('SELECT 3');
  expect(compile('SELECT 1')).toBe(first);
  expect(compile('SELECT 2')).not.toBe(second);
});

test('createQueryCompiler() does not cache a long text', () => {
  const { compile } = createQueryCompiler(compileQuery);
  const text = `SELECT '${'a'.repeat(20_000)}'`;
  expect(compile(text)).not.toBe(compile(text));
});
