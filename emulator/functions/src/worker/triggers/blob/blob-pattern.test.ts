import { compileBlobPattern } from './blob-pattern.ts';

test.each([
  ['c/{name}', 'a/b.txt', { name: 'a/b.txt' }],
  ['c/{name}.{ext}', 'a.b.c', { name: 'a.b', ext: 'c' }],
  ['c/{name}.{ext}', 'a', undefined],
  ['c/in/{name}', 'out/a', undefined],
  ['c/in/{name}', 'in/a', { name: 'a' }],
  ['c/a+(b).txt', 'a+(b).txt', {}],
  ['c/{{20140101}}-{name}', '{20140101}-x', { name: 'x' }],
  ['c', 'any/thing', {}],
])('compileBlobPattern(%s) on %s gives %j', (path, blobName, values) => {
  expect(compileBlobPattern(path)?.match(blobName)).toEqual(values);
});

test('compileBlobPattern() knows container and prefix', () => {
  expect(compileBlobPattern('c/in/{name}')).toMatchObject({ container: 'c', prefix: 'in/' });
  expect(compileBlobPattern('c/{name}')).toMatchObject({ container: 'c', prefix: '' });
  expect(compileBlobPattern('{c}/x')).toBeUndefined();
});
