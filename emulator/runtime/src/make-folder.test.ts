import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, makeFolderSync } from './make-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-folder-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('makeFolder() makes what is missing, and tells the first of it', async () => {
  const path = join(folder, 'a', 'b', 'c');
  expect(await Promise.all([makeFolder(path), makeFolder(path)])).toContain(join(folder, 'a'));
  expect((await stat(path)).isDirectory()).toBe(true);
  expect(await makeFolder(path)).toBeUndefined();
});

test('makeFolderSync() makes what is missing', async () => {
  const path = join(folder, 'a', 'b', 'c');
  makeFolderSync(path);
  makeFolderSync(path);
  expect((await stat(path)).isDirectory()).toBe(true);
});

test('makeFolder() and makeFolderSync() reject a file in place of the folder', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toThrow(file);
  expect(() => makeFolderSync(file)).toThrow(file);
});

test('makeFolder() rejects below a file', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(makeFolder(join(folder, 'file', 'a', 'b'))).rejects.toThrow(join(folder, 'file', 'a'));
});

// Only Linux has such a folder; node:fs alone would never end there.
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('makeFolder() and makeFolderSync() reject where the system knows no new folders', async () => {
  await expect(makeFolder('/proc/lazurite/a')).rejects.toThrow("mkdir '/proc/lazurite'");
  expect(() => makeFolderSync('/proc/lazurite/a')).toThrow("mkdir '/proc/lazurite'");
});
