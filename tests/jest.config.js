// Tests run on the TypeScript sources; only what starts a process of its own (the command line, the worker) is built first.
export default {
  rootDir: import.meta.dirname.replace(/tests$/, ''),
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['lazurite-source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/tests/**/*.test.ts', '<rootDir>/emulator/*/src/**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/', '/tests/run-'],
  transform: {
    '\\.m?[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // These are published as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(jose|commander|@actions/workflow-parser|@actions/expressions)/)'],
  moduleNameMapper: {
    '^@actions/(workflow-parser|expressions)$': '<rootDir>/node_modules/@actions/$1/dist/index.js',
    '^@actions/(workflow-parser|expressions)/(.+)$': '<rootDir>/node_modules/@actions/$1/dist/$2.js',
  },
  setupFiles: ['<rootDir>/tests/support/fast-check-seed.ts'],
  // Most suites wait for servers and child processes: more of them than there are processors keep the processors busy.
  maxWorkers: 3,
  testTimeout: 120_000,
};
