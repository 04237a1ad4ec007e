import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@lazurite/runtime';
import { logFileIn, openConsole } from './open-console.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-console-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('openConsole() keeps the log of a stack that runs in the folder until its own stack is ready', async () => {
  await writeFile(logFileIn(dataDir), 'of the running stack\n');
  const terminal = { out: () => undefined, error: () => undefined, isColourful: false };
  const options = {
    terminal,
    process,
    clock: systemClock,
    verbose: false,
    scriptRoot: dataDir,
    version: '0',
    name: '',
  };
  const console = openConsole({ json: true, enableJsonOutput: false }, { ...options, dataDir });
  console.report({ type: 'console', stream: 'stdout', line: 'starting' });
  await writeFile(join(dataDir, 'other'), ''); // whatever was opened before is open now
  expect(await readFile(logFileIn(dataDir), 'utf8')).toBe('of the running stack\n');
});
