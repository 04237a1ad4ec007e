// A Cosmos DB account that answers every create at once with what was sent, and every read with what was created last:
// the SDK's own cost is all that is left. Its first argument names the account; one called `localhost`, as Microsoft's
// emulators call theirs, the SDK reads again before every request.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [accountId = 'instant'] = process.argv.slice(2);
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [status, body] = answer(request.method ?? 'GET', request.url ?? '/', Buffer.concat(chunks));
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-ms-request-charge': '5.71',
      'x-ms-session-token': '0:-1#1',
      'x-ms-activity-id': '00000000-0000-4000-8000-000000000000',
      etag: '"00000000-0000-0000-0000-000000000000"',
    });
    response.end(body);
  });
});

const container = json({
  id: 'operations',
  _rid: 'AAAAAAAAAAA=',
  _self: 'dbs/AAAAAA==/colls/AAAAAAAAAAA=/',
  _etag: '"0"',
  _ts: 1,
  partitionKey: { paths: ['/chatId'], kind: 'Hash', version: 2 },
});
const ranges = json({
  PartitionKeyRanges: [{ id: '0', minInclusive: '', maxExclusive: 'FF', _rid: 'AAAAAAAAAAACAAAAAAAAUA==' }],
  _count: 1,
});

let item: Buffer = Buffer.from('{}');

function answer(method: string, url: string, body: Buffer): [number, Buffer] {
  if (method === 'POST') {
    item = body;
    return [201, body];
  }
  if (url.includes('/docs/')) return [200, item];
  if (url.endsWith('/pkranges')) return [200, ranges];
  if (url.includes('/colls/')) return [200, container];
  return [200, account()];
}

function account(): Buffer {
  const locations = [{ name: 'Local', databaseAccountEndpoint: origin }];
  return json({
    id: accountId,
    _self: '',
    writableLocations: locations,
    readableLocations: locations,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    enableMultipleWriteLocations: false,
  });
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

let origin = '';
server.listen(0, '127.0.0.1', () => {
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // it listens on TCP
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: origin })}\n`);
});
