// The least that can answer items: parses the JSON it is sent and answers it; a GET gets the last one.
import { createServer } from 'node:http';

let last: unknown = {};
const server = createServer((request, response) => {
  if (request.method === 'GET') return answer(200);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    last = JSON.parse(Buffer.concat(chunks).toString());
    answer(201);
  });

  function answer(status: number): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(last));
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
