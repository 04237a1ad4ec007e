import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog, VirtualClock } from '@lazurite/runtime';
import { FileGuard } from './integrity.ts';

/** Longer than the file system gives two changes the same time. */
const DISTINCT_MS = 30;

let parent: string;
let dataDir: string;
let clock: VirtualClock;
let guard: FileGuard;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'lazurite-guard-'));
  dataDir = join(parent, 'data');
  writeFiles();
  clock = new VirtualClock();
  guard = new FileGuard(dataDir, { clock, log: silentLog });
  guard.guard([path('cosmos.db'), path('cosmos.db-wal')]);
  guard.guard([path('cosmos.commits')]);
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

function path(name: string): string {
  return join(dataDir, name);
}

function writeFiles(): void {
  mkdirSync(dataDir);
  for (const name of ['cosmos.db', 'cosmos.db-wal', 'cosmos.commits']) writeFileSync(path(name), name);
}

/** Looks until one look at the directory stands for all files. */
async function settle(): Promise<void> {
  for (let look = 0; look < 3; look++) {
    guard.assertInPlace();
    clock.set(clock.now() + 1_000);
  }
  await delay(DISTINCT_MS);
}

const CHANGES: readonly (readonly [string, () => void])[] = [
  ['the database is deleted', () => rmSync(path('cosmos.db'))],
  ['the log is deleted', () => rmSync(path('cosmos.db-wal'))],
  ['the journal is moved', () => renameSync(path('cosmos.commits'), path('moved'))],
  [
    'the database is replaced by a copy',
    () => {
      copyFileSync(path('cosmos.db'), path('copy'));
      renameSync(path('copy'), path('cosmos.db'));
    },
  ],
  ['the directory is deleted', () => rmSync(dataDir, { recursive: true })],
  ['the directory is moved', () => renameSync(dataDir, join(parent, 'moved'))],
  [
    'the directory is replaced by a copy',
    () => {
      renameSync(dataDir, join(parent, 'moved'));
      writeFiles();
    },
  ],
];

describe.each(CHANGES)('FileGuard when %s', (_change, change) => {
  test('rejects the next commit at once', () => {
    guard.assertInPlace();
    change();
    expect(() => guard.assertInPlace()).toThrow('was deleted, moved or replaced');
  });

  test('rejects it when the directory was unchanged before', async () => {
    await settle();
    change();
    expect(() => guard.assertInPlace()).toThrow('was deleted, moved or replaced');
  });
});

test('FileGuard detects a change to which the file system has given the time of an earlier one', () => {
  const seconds = 1_234_567_890.5;
  utimesSync(dataDir, seconds, seconds);
  guard.assertInPlace();
  rmSync(path('cosmos.db'));
  utimesSync(dataDir, seconds, seconds);
  clock.set(clock.now() + 10_000);
  expect(guard.isInPlace).toBe(false);
});

test('FileGuard goes on when the directory is back, and with files beside its own', async () => {
  await settle();
  renameSync(dataDir, join(parent, 'moved'));
  expect(guard.isInPlace).toBe(false);
  renameSync(join(parent, 'moved'), dataDir);
  expect(guard.isInPlace).toBe(true);
  writeFileSync(path('beside'), '');
  guard.assertInPlace();
  rmSync(path('cosmos.db'));
  expect(guard.isInPlace).toBe(false);
});
