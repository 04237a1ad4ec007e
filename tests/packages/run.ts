// `npm run test:packages [-- --short]`: installs the packages from their tarballs into an empty project, and tries what people do
// with them: six set-ups of test runners, the types with an old TypeScript, and the checks of publint and attw. What the
// repository has installed is found there by the usual look-up, so that little is installed anew; for the short form nothing but
// the packages: one set-up that requires them, and one that imports them.
import { existsSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyApp, install, type Outcome, packAll, root, run, writeFiles } from './scratch-project.ts';
import { SETUPS, type Setup } from './setups.ts';

/** Below the repository, which has Jest, its transformers and the SDK. */
const folder = join(root, 'tests/run-packages');
const EXTRA = [
  '@arethetypeswrong/cli@^0.18.5',
  '@babel/preset-env@^7',
  'publint@^0.3.25',
  'ts-jest@^29.4',
  'typescript@5.9',
  'typescript-5-0@npm:typescript@5.0',
  'vitest@^5.1',
];
const TYPED_USE = `import { asDeployed } from 'lazurite';
import { openFunctionApp, type Stack, startStack, VirtualClock } from 'lazurite/testing';
import { startCosmos } from '@lazurite/cosmos';
import { startFunctionsHost } from '@lazurite/functions';
import { moduleNameMapper } from '@lazurite/functions/jest';

export const stack: Promise<Stack> = startStack({ scriptRoot: '.', clock: new VirtualClock() });
export const text: Promise<string> = startCosmos().then((cosmos) => cosmos.connectionString);
// @ts-expect-error A string is no options.
startCosmos('x');
export { asDeployed, moduleNameMapper, openFunctionApp, startFunctionsHost };
`;

interface Check {
  readonly name: string;
  run(): Promise<Outcome>;
}

const { values } = parseArgs({
  options: { outputFile: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const startedAt = Date.now();
const failures: string[] = [];
let checks: readonly Check[] = [];
try {
  await rm(folder, { recursive: true, force: true });
  const tarballs = await packAll(join(folder, 'tarballs'));
  await install(folder, values.short ? tarballs : [...tarballs, ...EXTRA]);
  await copyApp(join(folder, 'app'));
  report('Packed and installed', startedAt);
  checks = values.short
    ? SETUPS.filter(({ isInShortForm }) => isInShortForm).map(checkOfSetup)
    : [...SETUPS.map(checkOfSetup), exampleCheck(), ...tarballs.flatMap(checksOfTarball), typeCheck()];
  const queue = checks.values();
  await Promise.all([runFrom(queue), runFrom(queue)]);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 }); // the repository's own tests would find it
}
process.stdout.write(`npm run test:packages: ${checks.length - failures.length} of ${checks.length}\n`);
if (failures.length > 0) process.exitCode = 1;
if (values.outputFile !== undefined) await writeReport(values.outputFile);

async function runFrom(waiting: IterableIterator<Check>): Promise<void> {
  for (const check of waiting) {
    const at = Date.now();
    const { code, output } = await check.run();
    if (code !== 0) failures.push(check.name);
    report(`${code === 0 ? 'ok' : 'FAILED'}  ${check.name}`, at);
    if (code !== 0) process.stdout.write(`${output}\n`);
  }
}

function checkOfSetup(setup: Setup, at: number): Check {
  const project = join(folder, `setup-${at}`);
  return {
    name: setup.name,
    run: async () => {
      await writeFiles(project, setup.files);
      const runner = pathOf(setup.runner);
      return run(process.execPath, [...(setup.nodeArguments ?? []), runner, ...(setup.arguments ?? [])], {
        cwd: project,
      });
    },
  };
}

/** The example with tests, in a copy. */
function exampleCheck(): Check {
  const project = join(folder, 'example');
  return {
    name: 'examples/vitest-tests',
    run: async () => {
      await cp(join(root, 'examples/vitest-tests'), project, { recursive: true });
      return run(process.execPath, [pathOf('vitest/vitest.mjs'), 'run'], { cwd: project });
    },
  };
}

function checksOfTarball(tarball: string): readonly Check[] {
  const name = basename(tarball);
  return [
    { name: `publint ${name}`, run: () => runScript('publint/src/cli.js', [tarball, '--strict']) },
    { name: `attw ${name}`, run: () => runScript('@arethetypeswrong/cli/dist/index.js', [tarball]) },
  ];
}

/** The types of `import` and of `require`, as TypeScript 5.0 reads them. */
function typeCheck(): Check {
  return {
    name: 'types, as TypeScript 5.0 reads them',
    run: async () => {
      await writeFiles(folder, { 'use.mts': TYPED_USE, 'use.cts': TYPED_USE });
      const settings = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--types', 'node'];
      return runScript('typescript-5-0/bin/tsc', [...settings, '--module', 'node16', 'use.mts', 'use.cts']);
    },
  };
}

function runScript(script: string, args: readonly string[]): Promise<Outcome> {
  return run(process.execPath, [pathOf(script), ...args], { cwd: folder });
}

/** A script of a package, installed here or in the repository. */
function pathOf(script: string): string {
  const candidates = [folder, root].map((place) => join(place, 'node_modules', script));
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`Neither ${candidates.join(' nor ')} exists`);
  return found;
}

function report(what: string, since: number): void {
  process.stdout.write(`${what}  ${((Date.now() - since) / 1_000).toFixed(1)} s\n`);
}

/** As of Jest, for .ci/run. */
async function writeReport(file: string): Promise<void> {
  const numFailedTests = failures.length;
  const numPassedTests = checks.length - numFailedTests;
  const success = numFailedTests === 0;
  await writeFile(file, JSON.stringify({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites: 0, success }));
}
