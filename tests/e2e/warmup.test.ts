import { type CosmosWire, startCosmosWire } from '../support/cosmos-wire.ts';
import { startStack, type TestStack } from '../support/stack.ts';
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts';

const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

let wire: CosmosWire;
let issuer: TestIssuer;
let stack: TestStack;

beforeAll(async () => {
  [wire, issuer] = await Promise.all([startCosmosWire(), startTestIssuer()]);
  stack = await startStack({
    env: {
      COSMOS_CONNECTION: `AccountEndpoint=${wire.endpoint};AccountKey=${KEY};`,
      COSMOS_CREATE_IF_MISSING: 'false',
      AUTH_ISSUER: issuer.url,
      LRO_LAB: 'off',
    },
  });
});
afterAll(() => Promise.all([stack?.close(), wire?.close(), issuer?.close()]));

test('A new instance has reached the database and has the keys of the issuer once it is warm', async () => {
  const answer = await fetch(`${stack.functionsUrl}/admin/warmup`, { method: 'POST', headers: stack.adminHeaders });
  expect(answer.status).toBe(200);
  expect(wire.requests).toContain('GET /dbs/teams/colls/operations');
  expect([...issuer.requests.keys()]).toEqual([
    expect.stringMatching(/openid-configuration$/),
    expect.stringMatching(/keys$/),
  ]);
});

test('An instance that reaches neither warms up all the same', async () => {
  const nowhere = await startStack({
    env: {
      COSMOS_CONNECTION: `AccountEndpoint=http://127.0.0.1:9/;AccountKey=${KEY};`,
      COSMOS_CREATE_IF_MISSING: 'false',
      AUTH_ISSUER: 'http://127.0.0.1:9/issuer',
      LRO_LAB: 'off',
    },
  });
  const answer = await fetch(`${nowhere.functionsUrl}/admin/warmup`, { method: 'POST', headers: nowhere.adminHeaders });
  await nowhere.close();
  expect(answer.status).toBe(200);
});
