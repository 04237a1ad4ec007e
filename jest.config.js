// Tests run on the TypeScript sources; only what starts a process of its own (the command line, the worker) is built first.
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['lazurite-source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/tests/**/*.test.ts', '<rootDir>/emulator/*/src/**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '\\.m?[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // jose is published as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(jose)/)'],
  setupFiles: ['<rootDir>/tests/support/fast-check-seed.ts'],
  testTimeout: 30_000,
};
