// What is published: each package is complete in itself, and what its sources import is bundled into it
// (docs/decisions/published-packages.md).
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export interface PackageDefinition {
  /** The workspace that it is made from, below the root. Its package.json has what the two have in common. */
  readonly workspace: string;
  /** What can be imported, by the path in `exports`. */
  readonly entries: Readonly<Record<string, string>>;
  /** What starts processes of its own, by the path in the package without `.js`; as deep as in the workspace. */
  readonly programs: Readonly<Record<string, string>>;
  /** Whether it loads function apps: it then has the core module, the model of version 3 and a Jest preset. */
  readonly loadsApps: boolean;
  /** Commands, by name, with their script in the workspace. */
  readonly bin: Readonly<Record<string, string>>;
  /** Folders of the workspace that are copied as they are. */
  readonly folders: readonly string[];
  readonly keywords: readonly string[];
}

const WORKER = { 'worker/main': 'emulator/functions/src/worker/main.ts' };
/** Runs the scripts of containers. */
const SCRIPT_WORKER = { 'script-worker/main': 'emulator/cosmos/src/script-worker/main.ts' };
const QUERY_WORKER = { 'worker/query-worker': 'emulator/cosmos/src/operations/query/query-worker.ts' };

export const PACKAGES: readonly PackageDefinition[] = [
  {
    workspace: 'emulator/cli',
    entries: { '.': 'emulator/cli/src/index.ts', './testing': 'emulator/cli/src/testing.ts' },
    programs: { 'bundle/main': 'emulator/cli/src/main.ts', ...WORKER, ...SCRIPT_WORKER, ...QUERY_WORKER },
    loadsApps: true,
    bin: { lazurite: 'bin/lazurite.js', func: 'bin/func.js' },
    folders: ['templates'],
    keywords: ['azure', 'azure-functions', 'cosmosdb', 'emulator', 'serverless', 'testing', 'jest', 'vitest'],
  },
  {
    workspace: 'emulator/cosmos',
    entries: { '.': 'emulator/cosmos/src/index.ts' },
    programs: {
      'dist/command-line/program': 'emulator/cosmos/src/command-line/program.ts',
      ...SCRIPT_WORKER,
      ...QUERY_WORKER,
    },
    loadsApps: false,
    bin: { 'lazurite-cosmos': 'bin/lazurite-cosmos.js' },
    folders: [],
    keywords: ['azure', 'cosmosdb', 'cosmos', 'emulator', 'database', 'testing', 'sqlite'],
  },
  {
    workspace: 'emulator/functions',
    entries: { '.': 'emulator/functions/src/index.ts' },
    programs: WORKER,
    loadsApps: true,
    bin: {},
    folders: [],
    keywords: ['azure', 'azure-functions', 'functions-host', 'emulator', 'serverless', 'testing', 'jest', 'vitest'],
  },
];

/**
 * What only some apps need, with the versions that are known to work. The packages that are asked for in one line where
 * they are missing: emulator/functions/src/worker/bindings/optional-package.ts and emulator/storage.
 */
export const OPTIONAL_PEERS: Readonly<Record<string, string>> = {
  '@azure/data-tables': '^13.3.0',
  '@azure/identity': '^4.5.0',
  azurite: '>=3.30.0',
};

/** Packages whose types are named by ours, and which are bundled all the same: an app that uses the types has them. */
export const TYPE_PEERS: Readonly<Record<string, string>> = {
  '@azure/cosmos': '^4.3.0',
};
