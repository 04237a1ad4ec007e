import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

test('docs/functions-coverage.md says what the tables say', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../../docs/functions-coverage.md'), 'utf8');
  // In a process of its own: jest cannot load the library that reads the command line.
  const script = JSON.stringify(resolve(import.meta.dirname, '../scripts/functions-coverage.ts'));
  const program = `import { renderFunctionsCoverage } from ${script}; process.stdout.write(await renderFunctionsCoverage());`;
  const args = ['--conditions=lazurite-source', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(page.replaceAll('\r\n', '\n')).toBe(stdout);
});
