import type { AddressInfo } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';

http('hello', (_request, response) => void response.send('Hello'));
const server = getTestServer('hello');
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // a port was asked for
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/`, pid: process.pid }));
});
