import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock, systemRandomness } from '@lazurite/runtime';
import { FUNCTION_TEMPLATES } from '../../emulator/cli/src/commands/scaffold/templates.ts';
import { runProgram } from '../../emulator/cli/src/program.ts';
import { runLazurite, runScript } from '../support/lazurite-process.ts';
import { repositoryRoot } from '../support/stack.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-template-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** In this process, which is quicker than the built command line. */
function scaffold(...args: string[]): Promise<void> {
  const terminal = { out: () => undefined, error: () => undefined, isColourful: false };
  return runProgram('lazurite', args, { terminal, process, clock: systemClock, randomness: systemRandomness });
}

// One app holds the functions of all templates, and its own tests call each of them.
test.each(['typescript', 'javascript'])(
  'An app in %s with every template starts, and its tests pass',
  async (language) => {
    await scaffold('init', folder, '--language', language);
    for (const { trigger } of FUNCTION_TEMPLATES.slice(1)) {
      await scaffold('new', '--trigger', trigger, '--script-root', folder);
    }
    await symlink(resolve(repositoryRoot, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const { stdout, stderr } = await runLazurite(['exec', '--', process.execPath, '--test'], folder);
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`^. pass ${FUNCTION_TEMPLATES.length}$`, 'm'));
    if (language === 'javascript') return;
    const compiler = resolve(repositoryRoot, 'node_modules/typescript/bin/tsc');
    expect(await runScript(compiler, [], folder)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  },
);
