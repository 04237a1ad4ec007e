// The set-ups in which people test function apps, each as the files of a project. All run the same tests.

export interface Setup {
  readonly name: string;
  /** By their paths in the project. */
  readonly files: Readonly<Record<string, string>>;
  /** The test runner, below node_modules, and what it is called with. */
  readonly runner: string;
  readonly nodeArguments?: readonly string[];
  readonly arguments?: readonly string[];
  /** Of the short form: the repository itself has all that it needs. */
  readonly isInShortForm?: true;
}

const JEST = 'jest/bin/jest.js';
const IMPORTS = `import { CosmosClient } from '@azure/cosmos';
import { openFunctionApp, startCosmos, startStack, VirtualClock } from 'lazurite/testing';
`;
const REQUIRES = `const { CosmosClient } = require('@azure/cosmos');
const { openFunctionApp, startCosmos, startStack, VirtualClock } = require('lazurite/testing');
`;
const TESTS = `
test('a stack serves the app and keeps items', async () => {
  const stack = await startStack({ scriptRoot: '../app' });
  const client = new CosmosClient(stack.cosmos.connectionString);
  try {
    const { database } = await client.databases.create({ id: 'shop' });
    const { container } = await database.containers.create({ id: 'orders', partitionKey: '/customer' });
    await container.items.create({ id: '1', customer: 'ann', total: 12 });
    const { resources } = await container.items.query('SELECT VALUE c.total FROM c').fetchAll();
    expect(resources).toEqual([12]);
    const response = await fetch(stack.functions.url + '/api/hello?name=Ada');
    expect(await response.text()).toBe('Hello, Ada!');
  } finally {
    client.dispose();
    await stack.close();
  }
}, 60_000);

test('an app is opened in this process', async () => {
  const app = await openFunctionApp({ scriptRoot: '../app' });
  const response = await app.fetch('/api/hello?name=Bob');
  expect(await response.text()).toBe('Hello, Bob!');
  await app.close();
}, 60_000);

test('a request signed by the real time is accepted an hour later in virtual time', async () => {
  const clock = new VirtualClock();
  const cosmos = await startCosmos({ clock });
  const client = new CosmosClient(cosmos.connectionString);
  await clock.advance(3_600_000);
  const { statusCode } = await client.databases.create({ id: 'later' });
  expect(statusCode).toBe(201);
  client.dispose();
  await cosmos.close();
}, 60_000);
`;

export const SETUPS: readonly Setup[] = [
  {
    name: 'babel-jest as it comes',
    files: { 'package.json': project({ jest: { preset: 'lazurite' } }), 'stack.test.js': REQUIRES + TESTS },
    runner: JEST,
    isInShortForm: true,
  },
  {
    name: 'babel-jest with preset-env',
    files: {
      'package.json': project({ jest: { preset: 'lazurite' } }),
      'babel.config.js': `module.exports = { presets: [['@babel/preset-env', { targets: { node: 'current' } }]] };\n`,
      'stack.test.js': IMPORTS + TESTS,
    },
    runner: JEST,
  },
  {
    name: 'ts-jest',
    files: {
      'package.json': project({ jest: { preset: 'lazurite', transform: { '\\.ts$': 'ts-jest' } } }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'commonjs',
          target: 'es2022',
          strict: true,
          skipLibCheck: true,
          types: ['jest', 'node'],
        },
      }),
      'stack.test.ts': IMPORTS + TESTS,
    },
    runner: JEST,
  },
  {
    name: '@swc/jest',
    files: {
      'package.json': project({ jest: { preset: 'lazurite', transform: { '\\.ts$': '@swc/jest' } } }),
      'stack.test.ts': IMPORTS + TESTS,
    },
    runner: JEST,
  },
  {
    name: 'Jest with ES modules',
    files: {
      'package.json': project({
        type: 'module',
        jest: { preset: 'lazurite', transform: {}, testMatch: ['**/*.test.mjs'] },
      }),
      'stack.test.mjs': IMPORTS + TESTS,
    },
    runner: JEST,
    nodeArguments: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    isInShortForm: true,
  },
  {
    name: 'vitest',
    files: {
      'package.json': project({ type: 'module' }),
      'stack.test.ts': `import { expect, test } from 'vitest';\n${IMPORTS}${TESTS}`,
    },
    runner: 'vitest/vitest.mjs',
    arguments: ['run'],
  },
];

function project(properties: object): string {
  return JSON.stringify({ name: 'project', private: true, ...properties });
}
