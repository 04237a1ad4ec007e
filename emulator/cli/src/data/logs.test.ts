import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@lazurite/runtime';
import { logFileIn } from '../output/open-console.ts';
import { logs } from './logs.ts';

const LINE = JSON.stringify({ schemaVersion: 1, event: 'console', stream: 'stdout', line: 'hello' });

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-logs-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function printed(json: boolean): Promise<string> {
  const output: string[] = [];
  const terminal = { out: (text: string) => void output.push(text), error: () => undefined, isColourful: false };
  await logs({ dataDir, follow: false, json, verbose: false }, { terminal, process, clock: systemClock });
  return output.join('');
}

test.each([
  ['is no JSON', 'half of a line'],
  ['begins with zeros', `${'\0'.repeat(20)}${LINE}`],
  ['is no event', 'null'],
  ['has no text as its event', '{"event":1}'],
])('logs() skips a line that %s', async (_, line) => {
  await writeFile(logFileIn(dataDir), `${line}\n${LINE}\n`);
  expect(await printed(false)).toContain('hello\n');
  expect(await printed(true)).toBe(`${LINE}\n`);
});
