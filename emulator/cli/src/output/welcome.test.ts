import { shownUrl } from './welcome.ts';

test.each([
  ['http://127.0.0.1:7071/api/items/{id}', 'http://localhost:7071/api/items/{id}'],
  ['https://127.0.0.1:7071', 'https://localhost:7071'],
  ['http://0.0.0.0:7071', 'http://localhost:7071'],
  ['http://[::]:7071/api/hello', 'http://localhost:7071/api/hello'],
  ['http://[::1]:7071', 'http://[::1]:7071'], // not every machine gives its localhost this address
  ['http://192.168.1.5:7071/api/127.0.0.1', 'http://192.168.1.5:7071/api/127.0.0.1'],
  ['http://127.0.0.10:7071', 'http://127.0.0.10:7071'],
])('shownUrl() of %s is %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
