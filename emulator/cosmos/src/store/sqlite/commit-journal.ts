import { closeSync, fdatasync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { sizeOf } from './store-files.ts';

/** The names and values of the store's counters. */
export type CounterValues = ReadonlyMap<string, number>;

/** What the main file was when it was closed: nothing else can have been written since. */
export interface ClosedFile {
  readonly bytes: number;
  /** CRC-32 of the whole file. */
  readonly checksum: number;
}

/** What a commit journal says. */
export interface JournalState {
  /** Absent when the first line cannot be read. */
  readonly storeId?: string;
  /** The number of the last commit that the journal knows; the database has this one and perhaps later ones. */
  readonly commit: number;
  /** The counters as of that commit. */
  readonly counters: CounterValues;
  /** Present when the store was closed properly and has not been opened since. */
  readonly closed?: ClosedFile;
  /** The numbers of lines that cannot be read, from 1. */
  readonly damagedLines: readonly number[];
}

/** One line. Each has what changed since the line before. */
interface JournalLine {
  readonly store?: string;
  readonly commit: number;
  readonly counters?: Readonly<Record<string, number>>;
  readonly closed?: ClosedFile;
}

/**
 * The file has this size from the beginning, or twice that of its first line, and zeros behind the last line: a file that grows with
 * every line would make the file system write its own journal with every commit. When it is full, it is written anew with one
 * line for all that it says.
 */
const FILE_BYTES = 256 * 1024;
/** Commits between two syncs of the file that nobody waits for. */
const COMMITS_PER_SYNC = 256;

export interface JournalOptions {
  readonly storeId: string;
  readonly commit: number;
  readonly counters: CounterValues;
  /** Called when the journal is a new file, which it is also after it was full. */
  readonly onWritten: () => void;
}

/**
 * The journal beside the database that says how much must be in it: the number of the last commit, and the counters (among
 * them the LSN of every physical partition). A commit is recorded after it is on disk, so a journal that lacks its last
 * lines, as after a power failure, expects too little and never too much.
 */
export class CommitJournal {
  readonly #path: string;
  readonly #storeId: string;
  readonly #counters: Map<string, number>;
  #file: number;
  #end: number;
  #size: number;
  #commit: number;
  #unsynced = 0;
  readonly #onWritten: () => void;

  /** Starts a new journal on disk in place of the one that may be there. */
  constructor(path: string, options: JournalOptions) {
    this.#path = path;
    this.#onWritten = options.onWritten;
    this.#storeId = options.storeId;
    this.#commit = options.commit;
    this.#counters = new Map(options.counters);
    const written = this.#write();
    this.#file = written.file;
    this.#end = written.end;
    this.#size = written.size;
  }

  get commit(): number {
    return this.#commit;
  }

  /** @param changed the counters that the commit has changed */
  record(commit: number, changed: CounterValues): void {
    for (const [name, value] of changed) this.#counters.set(name, value);
    this.#commit = commit;
    this.#append(commitText(commit, changed));
    if (this.#end > this.#size) {
      this.#replace();
      return;
    }
    this.#unsynced += 1;
    if (this.#unsynced < COMMITS_PER_SYNC) return;
    this.#unsynced = 0;
    fdatasync(this.#file, () => undefined); // without it the journal only expects less
  }

  /** Ends the journal. @param closed absent: the next start examines the database */
  close(closed?: ClosedFile): void {
    try {
      if (closed) this.#append(toText({ commit: this.#commit, closed }));
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
  }

  /** Writes at a known place, so that a line that was cut by a full disk is overwritten by the next. */
  #append(text: string): void {
    writeSync(this.#file, text, this.#end, 'latin1');
    this.#end += text.length;
  }

  #replace(): void {
    const before = this.#file;
    const written = this.#write();
    this.#file = written.file;
    this.#end = written.end;
    this.#size = written.size;
    closeSync(before);
  }

  /** Replaces the file as a whole: the old or the new one is there after a power failure. */
  #write(): { file: number; end: number; size: number } {
    const unfinished = `${this.#path}.new`;
    const counters = Object.fromEntries(this.#counters);
    const bytes = Buffer.from(toText({ store: this.#storeId, commit: this.#commit, counters }));
    const size = Math.max(FILE_BYTES, 2 * bytes.length);
    const file = openSync(unfinished, 'w');
    try {
      writeSync(file, Buffer.concat([bytes], size), 0, size, 0);
      fsyncSync(file);
      renameSync(unfinished, this.#path);
      syncDirectory(dirname(this.#path));
      this.#onWritten();
    } catch (error) {
      closeSync(file); // the next commit tries again
      throw error;
    }
    return { file, end: bytes.length, size };
  }
}

/** Reads a journal; `undefined` when there is none, or an empty one. */
export function readJournal(path: string): JournalState | undefined {
  if (sizeOf(path) === 0) return undefined;
  const bytes = readFileSync(path);
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1; // zeros follow the last line
  if (end === 0) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const parts = text.split('\n');
  if (parts.at(-1) === '') parts.pop();
  const lines = parts.map(parseLine);
  const counters = new Map<string, number>();
  let commit = 0;
  for (const line of lines) {
    if (!line) continue;
    commit = Math.max(commit, line.commit);
    for (const [name, value] of Object.entries(line.counters ?? {})) counters.set(name, value);
  }
  const { store: storeId } = lines[0] ?? {};
  const { closed } = lines.at(-1) ?? {};
  return {
    ...(storeId !== undefined && { storeId }),
    commit,
    counters,
    ...(closed && { closed }),
    damagedLines: lines.flatMap((line, index) => (line ? [] : [index + 1])),
  };
}

const CHECKSUM_DIGITS = 8;

function toText(line: JournalLine): string {
  return withChecksum(JSON.stringify(line));
}

/** The same for a commit, in half the time: every group of writes makes one. Names of counters are letters, digits and spaces. */
function commitText(commit: number, counters: CounterValues): string {
  let values = '';
  for (const [name, value] of counters) values += `${values === '' ? '' : ','}"${name}":${value}`;
  return withChecksum(`{"commit":${commit},"counters":{${values}}}`);
}

function withChecksum(json: string): string {
  return `${checksumOf(json)} ${json}\n`;
}

function parseLine(text: string): JournalLine | undefined {
  const json = text.slice(CHECKSUM_DIGITS + 1);
  if (text.slice(0, CHECKSUM_DIGITS + 1) !== `${checksumOf(json)} `) return undefined;
  return JSON.parse(json) as JournalLine; // its checksum says that this class wrote it
}

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0');
}

/** Makes names in the directory durable; Windows cannot open one, and needs no sync. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
