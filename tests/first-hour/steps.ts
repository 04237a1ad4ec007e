// What a person does in the first hour with Lazurite, in order: each a command of a shell in the folder of the project, and
// what it must show.

export interface Step {
  readonly name: string;
  /** `$STACK_…` are the addresses of the stack that runs by then. */
  readonly command: string;
  readonly shows: RegExp;
  /** Default 0. */
  readonly exitCode?: number;
  /** Files that are written before. */
  readonly files?: Readonly<Record<string, string>>;
  /** `start`: the command goes on to run, and the step ends when a run file says where it serves. `stop` ends it. */
  readonly stack?: 'start' | 'stop';
}

const HELLO = (word: string): string => `import { app } from '@azure/functions';

app.http('hello', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request: { query: URLSearchParams }) => ({ body: '${word}, ' + request.query.get('name') + '!' }),
});
`;
const ORDERS = `import { CosmosClient } from '@azure/cosmos';
import { app, output } from '@azure/functions';

const client = new CosmosClient(process.env.COSMOS ?? '');
const orders = (async () => {
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  return (await database.containers.createIfNotExists({ id: 'orders', partitionKey: '/customer' })).container;
})();
orders.catch(() => undefined);

app.http('createOrder', {
  methods: ['POST'],
  route: 'orders',
  handler: async (request) => {
    const { resource } = await (await orders).items.create(await request.json() as { id: string });
    return { status: 201, jsonBody: resource };
  },
});
app.http('secret', { methods: ['GET'], authLevel: 'function', handler: () => ({ body: 'open' }) });
app.timer('nightly', { schedule: '0 0 3 * * *', handler: (_timer, context) => context.log('night work') });
`;
const SETTINGS = JSON.stringify({
  IsEncrypted: false,
  Values: {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    COSMOS:
      'AccountEndpoint=https://localhost:8081/;AccountKey=C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==;',
  },
});
const COMMON_JS = `const { startStack } = require('lazurite/testing');
startStack({ scriptRoot: '.' }).then(async (stack) => {
  console.log(await (await fetch(stack.functions.url + '/api/hello?name=cjs')).text());
  await stack.close();
});
`;
const ES_MODULE = `import { startCosmos } from 'lazurite/testing';
const cosmos = await startCosmos();
console.log(cosmos.connectionString);
await cosmos.close();
`;
const NODE_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFunctionApp } from 'lazurite/testing';
test('hello', async () => {
  const app = await openFunctionApp({ scriptRoot: '.' });
  assert.equal(await (await app.fetch('/api/hello?name=test')).text(), 'Welcome, test!');
  await app.close();
});
`;
const VIRTUAL = `import { CosmosClient } from '@azure/cosmos';
import { startCosmos, VirtualClock } from 'lazurite/testing';
const clock = new VirtualClock();
const cosmos = await startCosmos({ clock });
const client = new CosmosClient(cosmos.connectionString);
const { database } = await client.databases.create({ id: 'd' });
const { container } = await database.containers.create({ id: 'c', partitionKey: '/id', defaultTtl: 60 });
await container.items.create({ id: '1' });
await clock.advance(3_600_000);
console.log('items after an hour:', (await container.items.readAll().fetchAll()).resources.length);
client.dispose();
await cosmos.close();
`;
const START = 'lazurite start --port 0 --cosmos-port 0 --issuer-port 0';

/** @param tarball of `lazurite` */
export function firstHour(tarball: string): readonly Step[] {
  return [
    { name: 'a project is made', command: 'npm init -y', shows: /"name"/ },
    {
      name: 'Lazurite is installed',
      command: `npm install --no-audit --no-fund --save-dev "${tarball}"`,
      shows: /added 1 package/,
    },
    { name: 'it is one package', command: 'ls node_modules', shows: /^lazurite\s*$/ },
    { name: 'it is small', command: 'du -sm node_modules/lazurite', shows: /^(?:\d|1\d|2[0-5])\s/ },
    {
      name: 'it has no install script',
      command: 'grep -c install node_modules/lazurite/package.json',
      shows: /^0/,
      exitCode: 1,
    },
    { name: 'it says its version', command: 'npx lazurite --version', shows: /^\d+\.\d+\.\d+$/m },
    {
      name: 'it says what it can do',
      command: 'npx lazurite --help',
      shows: /start[\s\S]+exec[\s\S]+query[\s\S]+reset/,
    },
    { name: 'func is there for scripts', command: 'npx func --version', shows: /^4\./m },
    { name: 'a command has help', command: 'npx lazurite query --help', shows: /--container/ },
    { name: 'a wrong command is named', command: 'npx lazurite strat', shows: /strat/, exitCode: 1 },
    {
      name: 'a query without data says what to do',
      command: 'npx lazurite query "SELECT 1"',
      shows: /lazurite start/,
      exitCode: 1,
    },
    {
      name: 'the libraries of the app are installed',
      command: 'npm install --no-audit --no-fund --prefer-offline @azure/functions@4 @azure/cosmos@4',
      shows: /added \d+/,
    },
    {
      name: 'the app is written, and doctor finds its functions',
      command: `npm pkg set main='src/functions/*.ts' type=module && npx lazurite doctor`,
      shows: /4 functions/,
      files: {
        'host.json': '{ "version": "2.0" }',
        'local.settings.json': SETTINGS,
        'src/functions/hello.ts': HELLO('Hello'),
        'src/functions/orders.ts': ORDERS,
      },
    },
    { name: 'everything starts', command: START, shows: /hello: \[GET\] http/, stack: 'start' },
    { name: 'a function answers', command: 'curl -s "$STACK_FUNCTIONS/api/hello?name=Ada"', shows: /^Hello, Ada!$/ },
    {
      name: 'an order is stored',
      command: `curl -s -d '{"id":"1","customer":"ann","total":12}' "$STACK_FUNCTIONS/api/orders"`,
      shows: /"customer":"ann"/,
    },
    {
      name: 'an unknown route is 404',
      command: `curl -s -o /dev/null -w '%{http_code}' "$STACK_FUNCTIONS/api/none"`,
      shows: /^404$/,
    },
    { name: 'no key is asked for', command: 'curl -s "$STACK_FUNCTIONS/api/secret"', shows: /^open$/ },
    {
      name: 'a saved change answers',
      command:
        'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 1; curl -s "$STACK_FUNCTIONS/api/hello?name=Ada" | grep Welcome && break; done',
      shows: /Welcome, Ada!/,
      files: { 'src/functions/hello.ts': HELLO('Welcome') },
    },
    { name: 'a token is printed', command: 'npx lazurite token', shows: /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/m },
    { name: 'a timer is called by hand', command: 'npx lazurite call nightly', shows: /night work/ },
    { name: 'keys are printed', command: 'npx lazurite keys', shows: /master/ },
    {
      name: 'connection strings are printed',
      command: 'npx lazurite connection-strings',
      shows: /COSMOS_CONNECTION="AccountEndpoint=http/,
    },
    {
      name: 'a query shows what is stored',
      command: 'npx lazurite query "SELECT c.id, c.total FROM c"',
      shows: /id\s+total[\s\S]+1\s+12/,
    },
    { name: 'containers are listed', command: 'npx lazurite data list', shows: /shop\s+orders\s+\/customer\s+1/ },
    {
      name: 'an item is put',
      command: 'npx lazurite data put two.json',
      shows: /Created 2/,
      files: { 'two.json': '{"id":"2","customer":"bob"}' },
    },
    { name: 'an item is shown', command: 'npx lazurite data show 2', shows: /"customer": "bob"/ },
    { name: 'an item is deleted', command: 'npx lazurite data delete 2', shows: /Deleted 2/ },
    { name: 'the log is printed', command: 'npx lazurite logs', shows: /Executed 'Functions\.hello' \(Succeeded/ },
    {
      name: 'Cosmos DB shows a browser what it is',
      command: `curl -s -H 'Accept: text/html' "$STACK_COSMOS/"`,
      shows: /<h1>Lazurite: the Cosmos DB/,
    },
    {
      name: 'the issuer shows a browser what it is',
      command: `curl -s -H 'Accept: text/html' "$STACK_ISSUER/"`,
      shows: /<h1>Lazurite: the token issuer/,
    },
    { name: 'the data is exported', command: 'npx lazurite export --file shop.ndjson', shows: /Exported 1 items/ },
    { name: 'everything stops', command: '', shows: /^/, stack: 'stop' },
    {
      name: 'the data is there without the stack',
      command: 'npx lazurite query "SELECT VALUE COUNT(1) FROM c"',
      shows: /^1$/m,
    },
    {
      name: 'the data is deleted, and imported',
      command: 'npx lazurite reset --yes && npx lazurite import --file shop.ndjson',
      shows: /Imported 1 items/,
    },
    {
      name: 'exec runs a command and ends with its exit code',
      command: `npx lazurite exec -- node -e 'fetch(process.env.LAZURITE_FUNCTIONS_URL + "/api/hello?name=x").then(async (r) => { console.log(await r.text()); process.exit(3); })'`,
      shows: /Welcome, x!/,
      exitCode: 3,
    },
    {
      name: 'a CommonJS script starts a stack',
      command: 'node stack.cjs',
      shows: /Welcome, cjs!/,
      files: { 'stack.cjs': COMMON_JS },
    },
    {
      name: 'an ES module starts Cosmos DB',
      command: 'node cosmos.mjs',
      shows: /AccountEndpoint=/,
      files: { 'cosmos.mjs': ES_MODULE },
    },
    {
      name: 'node:test opens the app in process',
      command: 'node --test hello.test.mjs',
      shows: /pass 1/,
      files: { 'hello.test.mjs': NODE_TEST },
    },
    {
      name: 'time to live passes in virtual time',
      command: 'node virtual.mjs',
      shows: /items after an hour: 0/,
      files: { 'virtual.mjs': VIRTUAL },
    },
  ];
}
