import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CosmosClient } from '@azure/cosmos';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';

const KEY = Buffer.from('a key of the account').toString('base64');

interface Seen {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
}

describe('createCosmosClient()', () => {
  const seen: Seen[] = [];
  let server: Server;
  let client: CosmosClient;

  beforeAll(async () => {
    server = createServer(({ method, url, headers }, response) => {
      seen.push({ line: `${method} ${url}`, headers });
      response.writeHead(200, { 'content-type': 'application/json' });
      // Every account of Microsoft's emulators has this id, which makes the SDK read it again before each request.
      response.end(JSON.stringify({ id: 'localhost', partitionKey: { paths: ['/chatId'], kind: 'Hash' } }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // it listens on TCP
    client = createCosmosClient({ endpoint: `http://127.0.0.1:${port}/`, credential: { kind: 'key', key: KEY } });
  });

  beforeEach(() => void seen.splice(0));

  afterAll(() => {
    client.dispose();
    server.closeAllConnections();
    server.close();
  });

  test('asks an account on this machine for nothing but what is wanted', async () => {
    const container = client.database('teams').container('operations');
    for (const id of ['a', 'b']) await container.item(id, 'chat').read();
    expect(seen.map(({ line }) => line)).toEqual(['a', 'b'].map((id) => `GET /dbs/teams/colls/operations/docs/${id}`));
  });

  test.each([
    [
      'an item',
      'docs',
      'dbs/teams/colls/operations/docs/ID of Case',
      (to: CosmosClient) => to.database('teams').container('operations').item('ID of Case', 'c').read(),
    ],
    [
      'a container',
      'colls',
      'dbs/teams/colls/operations',
      (to: CosmosClient) => to.database('teams').container('operations').read(),
    ],
    [
      'a feed',
      'docs',
      'dbs/teams/colls/operations',
      (to: CosmosClient) => to.database('teams').container('operations').items.readAll().fetchNext(),
    ],
    ['the databases', 'dbs', '', (to: CosmosClient) => to.databases.readAll().fetchNext()],
  ])('signs a request for %s as the REST reference says', async (_title, type, link, ask) => {
    await ask(client).catch(() => undefined); // what is answered fits one of them
    const { headers, line } = seen.at(-1) ?? { headers: {}, line: '' };
    const [method = ''] = line.split(' ');
    const text = `${method.toLowerCase()}\n${type}\n${link}\n${String(headers['x-ms-date']).toLowerCase()}\n\n`;
    const signature = createHmac('sha256', Buffer.from(KEY, 'base64')).update(text).digest('base64');
    expect(decodeURIComponent(headers.authorization ?? '')).toBe(`type=master&ver=1.0&sig=${signature}`);
  });
});
