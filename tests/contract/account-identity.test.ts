import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosOperationRepository } from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import { newOperation } from '../support/operations.ts';

let endpoint: Server;
let asked: string[];

beforeEach(async () => {
  asked = [];
  endpoint = createServer(({ url = '', headers }, response) => {
    asked.push(`${headers['x-identity-header']} ${url}`);
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ statusCode: 400, message: 'No such identity' }));
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  const { port } = endpoint.address() as AddressInfo; // it listens on TCP
  Object.assign(process.env, { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: 'secret' });
});

afterEach(async () => {
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  endpoint.closeAllConnections();
  await new Promise((resolve) => endpoint.close(resolve));
});

test('A store whose identity gets no token cannot be reached', async () => {
  const client = createCosmosClient({
    endpoint: 'https://account.example/',
    credential: { kind: 'identity', source: 'managed', clientId: 'mine' },
  });
  const repository = createCosmosOperationRepository({
    client,
    database: 'teams',
    createIfMissing: false,
    changes: null,
    startTimer: () => () => undefined,
  });
  await expect(repository.create('chat', newOperation(), {})).rejects.toMatchObject({
    code: 'ServiceUnavailable',
    message: 'The store of operations cannot be reached: there is no token for it.',
  });
  expect(asked[0]).toBe(
    'secret /msi/token?api-version=2019-08-01&resource=https%3A%2F%2Faccount.example&client_id=mine',
  );
  client.dispose();
});
