import { createSettingRewriter } from './setting-rewriter.ts';

const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const rewrite = createSettingRewriter({ cosmos: 'http://127.0.0.1:5001', issuer: 'http://127.0.0.1:5002' });

test.each([
  ['a connection string', `AccountEndpoint=https://localhost:8081/;AccountKey=${KEY}`],
  ['a connection string by number, with a semicolon', `AccountEndpoint=http://127.0.0.1:8081;AccountKey=${KEY};`],
  ['a connection string, key first', `AccountKey=${KEY};AccountEndpoint=http://localhost:8081`],
])('A setting with the default Cosmos endpoint in %s names the one in use', (_, value) => {
  expect(rewrite(value)).toContain('AccountEndpoint=http://127.0.0.1:5001/');
  expect(rewrite(value)).toContain(`AccountKey=${KEY}`);
  expect(rewrite(value)).not.toContain('8081');
});

test('A setting that is the default Cosmos endpoint alone becomes the one in use', () => {
  expect(rewrite('https://localhost:8081/')).toBe('http://127.0.0.1:5001/');
});

test.each([
  ['http://localhost:7072', 'http://127.0.0.1:5002'],
  ['http://127.0.0.1:7072/tenant/v2.0', 'http://127.0.0.1:5002/tenant/v2.0'],
])('The default issuer %s becomes %s', (value, expected) => {
  expect(rewrite(value)).toBe(expected);
});

test.each([
  ['another account key', 'AccountEndpoint=https://localhost:8081/;AccountKey=bWluZQ==;'],
  ['another port', `AccountEndpoint=https://localhost:9081/;AccountKey=${KEY};`],
  ['a longer port', 'http://localhost:70722/tenant'],
  ['a host that begins alike', `AccountEndpoint=https://localhost:8081.example/;AccountKey=${KEY};`],
  ['a URL within the default issuer’s name', 'see http://localhost:7072/'],
  ['plain text', 'node'],
  ['nothing', ''],
])('A setting with %s stays as it is', (_, value) => {
  expect(rewrite(value)).toBe(value);
});
