// The function app's own tests, once more, against the package that is deployed: `npm run test:package`.
import config from './jest.config.js';

process.env.TEST_PACKAGE ??= 'dist/app.zip'; // for tests/support/stack.ts, in every worker
/** These are about Lazurite, or about how a package is made. */
const OF_THE_EMULATOR = ['cli', 'cli-commands', 'cosmos-trigger', 'durability', 'host-flags', 'storage'];

export default {
  ...config,
  testMatch: ['<rootDir>/tests/e2e/**/*.test.ts'],
  testPathIgnorePatterns: OF_THE_EMULATOR.map((name) => `/tests/e2e/${name}\\.test\\.ts$`),
};
