import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys } from './keys.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-keys-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function writeKeyFiles(files: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(dataDir, 'functions', 'secrets');
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

async function printed(name?: string, json = false): Promise<string> {
  const output: string[] = [];
  const terminal = { out: (text: string) => void output.push(text), error: () => undefined, isColourful: false };
  await keys(name, { dataDir, json }, { terminal, env: {} });
  return output.join('');
}

const HOST = JSON.stringify({ host: { master: 'm1', default: 'd1' }, system: { mcp: 's1' } });
const HELLO = JSON.stringify({ function: { default: 'f1', other: 'f2' } });

test('keys() prints the keys that an earlier stack has left in the data directory', async () => {
  await writeKeyFiles({ 'host.json': HOST, 'hello.json': HELLO });
  expect(await printed()).toBe(
    'Host:\n  master  m1\n  default  d1\nSystem:\n  mcp  s1\nhello:\n  default  f1\n  other  f2\n',
  );
});

test('keys() prints the keys of one function, whose name is in any case', async () => {
  await writeKeyFiles({ 'host.json': HOST, 'hello.json': HELLO });
  expect(await printed('Hello')).toBe('default  f1\nother  f2\n');
});

test('keys() prints one JSON object', async () => {
  await writeKeyFiles({ 'host.json': HOST, 'hello.json': HELLO });
  expect(JSON.parse(await printed(undefined, true))).toEqual({
    schemaVersion: 1,
    host: { master: 'm1', default: 'd1' },
    system: { mcp: 's1' },
    functions: { hello: { default: 'f1', other: 'f2' } },
  });
});

test.each<[string, Readonly<Record<string, string>>, string | undefined, string]>([
  ['there are no keys', {}, undefined, '--enableAuth'],
  ['the function has no keys', { 'host.json': HOST }, 'nobody', "of function 'nobody'"],
  ['a file is damaged', { 'host.json': '{' }, undefined, 'host.json cannot be read'],
])('keys() rejects when %s', async (_, files, name, message) => {
  await writeKeyFiles(files);
  await expect(printed(name)).rejects.toThrow(message);
});
