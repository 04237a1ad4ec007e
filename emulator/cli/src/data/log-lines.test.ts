import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogLines } from './log-lines.ts';

let folder: string;
let log: LogLines;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-log-lines-'));
  log = new LogLines(join(folder, 'log.jsonl'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(): Promise<readonly string[]> {
  const lines: string[] = [];
  await log.read((more) => lines.push(...more));
  return lines;
}

test.each(['é', '€', '😀'])('LogLines reads a line with %s whose bytes are written one by one', async (character) => {
  const bytes = Buffer.from(`a${character}b\n`);
  await writeFile(log.path, '');
  for (const byte of bytes.subarray(0, -1)) {
    await appendFile(log.path, Buffer.of(byte));
    expect(await read()).toEqual([]);
  }
  await appendFile(log.path, bytes.subarray(-1));
  expect(await read()).toEqual([`a${character}b`]);
});

test('LogLines reads a character that is split between two chunks', async () => {
  const line = `${'x'.repeat(64 * 1024 - 1)}€`;
  await writeFile(log.path, `${line}\n`);
  expect(await read()).toEqual([line]);
});

test('LogLines reads from the beginning when the file is shorter than before, without what it has kept', async () => {
  await writeFile(log.path, Buffer.concat([Buffer.from('first\nhalf of '), Buffer.from('€').subarray(0, 2)]));
  expect(await read()).toEqual(['first']);
  await writeFile(log.path, 'new\n');
  expect(await read()).toEqual(['new']);
});

test('LogLines says whether the file exists, and reads it once it does', async () => {
  expect(await log.read(() => undefined)).toBe(false);
  await writeFile(log.path, 'one\n');
  expect(await log.read(() => undefined)).toBe(true);
});
