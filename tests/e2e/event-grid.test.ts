import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { startStack, type TestStack } from '../support/stack.ts';

interface Published {
  readonly key: unknown;
  readonly events: readonly { readonly type: string; readonly subject: string }[];
}

let topic: Server;
let stack: TestStack | undefined;
let published: Published[];
let status: number;

beforeEach(async () => {
  published = [];
  status = 200;
  topic = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (status === 200) published.push({ key: request.headers['aeg-sas-key'], events: JSON.parse(body) });
    response.writeHead(status).end();
    status = 200;
  });
  await new Promise<void>((resolve) => topic.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await stack?.close();
  topic.closeAllConnections();
  await new Promise((resolve) => topic.close(resolve));
});

test('Changes are published to the Event Grid topic that the settings name, again if it fails', async () => {
  status = 503;
  const { port } = topic.address() as AddressInfo; // listening on a port, never on a pipe
  const env = {
    EVENT_GRID_TOPIC__topicEndpointUri: `http://127.0.0.1:${port}/api/events`,
    EVENT_GRID_TOPIC__topicKey: 'a key',
  };
  stack = await startStack({ env });
  const token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
  const headers = { ...JSON_TYPE, authorization: `Bearer ${token}` };
  const url = `${stack.functionsUrl}/beta${operationsPath('topic')}`;
  // What was before the trigger's first start is not published: until then there is always something new.
  for (let count = 0; count < 40 && published.length === 0; count += 1) {
    await fetch(url, { method: 'POST', headers, body: exampleWith({ id: `it-${count}` }) });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(published[0]).toMatchObject({
    key: 'a key',
    events: expect.arrayContaining([
      expect.objectContaining({
        specversion: '1.0',
        type: 'Microsoft.Graph.TeamsAsyncOperationCreated',
        subject: expect.stringMatching(/^chats\('topic'\)\/operations\('it-\d+'\)$/),
      }),
    ]),
  });
});
