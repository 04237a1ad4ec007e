import { copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Chooses at random, and the same for the same seed. */
export class Picker {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, and not including, `end`. */
  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  among<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new RangeError('There is nothing to pick from, expected a list that is not empty');
    return chosen;
  }
}

/** Where the files of other stores are that a corruption may put in place of a file. */
export interface OtherStores {
  /** The same store at an earlier time. */
  readonly older: string;
  /** A store with the same containers and other items. */
  readonly foreign: string;
}

export const STORE_FILES = ['cosmos.db', 'cosmos.db-wal', 'cosmos.commits'] as const;

type Corruption = (path: string, pick: Picker) => void;

const PAGE = 4_096;

const DAMAGE: Readonly<Record<string, Corruption>> = {
  'flip a bit': (path, pick) => change(path, (bytes) => flip(bytes, pick)),
  'flip 20 bits': (path, pick) => change(path, (bytes) => repeat(20, () => flip(bytes, pick))),
  'clear a page': (path, pick) => change(path, (bytes) => bytes.fill(0, ...pageOf(bytes, pick))),
  'fill a page at random': (path, pick) =>
    change(path, (bytes) => {
      const [start, end] = pageOf(bytes, pick);
      for (let index = start; index < end; index++) bytes[index] = pick.below(256);
    }),
  'copy a page over another': (path, pick) =>
    change(path, (bytes) => bytes.copy(bytes, pageOf(bytes, pick)[0], ...pageOf(bytes, pick))),
  cut: (path, pick) => truncateSync(path, pick.below(statSync(path).size)),
  'cut at a page': (path, pick) => truncateSync(path, PAGE * pick.below(Math.ceil(statSync(path).size / PAGE))),
  empty: (path) => truncateSync(path, 0),
  remove: (path) => rmSync(path),
  'add zeros': (path) => change(path, (bytes) => Buffer.concat([bytes, Buffer.alloc(PAGE)])),
};

/** Not of the main file: an older one alone is a copy that somebody has put back. */
const WITHOUT_JOURNAL = 'older and without journal';

/** Damages one file of the store at random, or puts another store's in its place. Returns what it did. */
export function corrupt(dataDir: string, others: OtherStores, pick: Picker): string {
  const files = STORE_FILES.filter((file) => existsSync(join(dataDir, file)) && statSync(join(dataDir, file)).size > 0);
  const file = pick.among(files);
  const kind = pick.among([
    ...Object.keys(DAMAGE),
    'older',
    'foreign',
    ...(file === 'cosmos.db-wal' ? [WITHOUT_JOURNAL] : []),
  ]);
  const path = join(dataDir, file);
  const damage = DAMAGE[kind];
  if (damage) damage(path, pick);
  else replace(path, join(kind === 'foreign' ? others.foreign : others.older, file));
  if (kind === WITHOUT_JOURNAL) rmSync(join(dataDir, 'cosmos.commits'), { force: true });
  return `${kind}: ${file}`;
}

function replace(path: string, other: string): void {
  if (existsSync(other)) copyFileSync(other, path);
  else rmSync(path);
}

function change(path: string, work: (bytes: Buffer<ArrayBuffer>) => unknown): void {
  const bytes = readFileSync(path);
  const changed = work(bytes);
  writeFileSync(path, Buffer.isBuffer(changed) ? changed : bytes);
}

function flip(bytes: Buffer, pick: Picker): void {
  const index = pick.below(bytes.length);
  bytes[index] = (bytes[index] ?? 0) ^ (1 << pick.below(8));
}

function pageOf(bytes: Buffer, pick: Picker): [start: number, end: number] {
  const start = PAGE * pick.below(Math.ceil(bytes.length / PAGE));
  return [start, Math.min(start + PAGE, bytes.length)];
}

function repeat(times: number, work: () => void): void {
  for (let count = 0; count < times; count++) work();
}
