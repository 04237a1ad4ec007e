// The function app's own tests, once more, against the package that is deployed: `npm run test:package`.
import config from './jest.config.js';

process.env.TEST_PACKAGE ??= 'dist/app.zip'; // for tests/support/stack.ts, in every worker
/** These are about Lazurite, or start the app's folder in ways of their own. */
const FROM_THE_FOLDER = [
  ...['cli', 'cli-bad-starts', 'cli-commands', 'cli-run-file', 'data-commands', 'edge', 'examples', 'templates'],
  ...['cosmos-trigger', 'durability', 'foreign-emulators', 'host-flags', 'kills', 'old-node', 'storage'],
  ...['storage-triggers', 'notification-recovery', 'notification-settings', 'filter-fuzz', 'secrecy'],
];

export default {
  ...config,
  testMatch: ['<rootDir>/tests/e2e/**/*.test.ts'],
  testPathIgnorePatterns: FROM_THE_FOLDER.map((name) => `/tests/e2e/${name}\\.test\\.ts$`),
};
