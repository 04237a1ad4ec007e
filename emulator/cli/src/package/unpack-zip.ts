import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { PackageError } from './package-error.ts';
import type { PackageLimits } from './package-limits.ts';

/** Files that are written at the same time: most are small, and wait for the disk rather than for the processor. */
const CONCURRENCY = 8;

/**
 * Unpacks a zip into a new folder. Only files and folders come out of it, and only below that folder.
 *
 * @throws PackageError for one above a limit, and for links, paths that lead elsewhere, and paths that are there twice, also as file and folder,
 * before anything is written; and for a file that is no zip, or damaged, or encrypted
 */
export async function unpackZip(file: string, folder: string, limits: PackageLimits): Promise<void> {
  const zip = await openPromise(file, { strictFileNames: true, autoClose: false }).catch(toPackageError(file));
  try {
    await writeEntries(zip, await readEntries(zip, file, limits), folder);
  } catch (error) {
    toPackageError(file)(error);
  } finally {
    zip.close();
  }
}

/** yauzl has rejected absolute paths, `..` and backslashes, and will end a file at the size that its entry declares. */
async function readEntries(zip: ZipFile, file: string, limits: PackageLimits): Promise<readonly Entry[]> {
  if (zip.entryCount > limits.entries) throw tooLarge(file, `more than ${limits.entries} files and folders`);
  const entries: Entry[] = [];
  const paths = new Set<string>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName: path } = entry;
    if (!KINDS.has(modeOf(entry) & KIND_MASK)) throw unsafe(file, `'${path}' is a link or a device`);
    const key = keyOf(path);
    if (paths.has(key)) throw unsafe(file, `'${path}' is there twice`);
    paths.add(key);
    bytes += entry.uncompressedSize;
    if (bytes > limits.unpackedBytes) throw tooLarge(file, `more than ${limits.unpackedBytes} bytes unpacked`);
    entries.push(entry);
  }
  const nested = entries.find(({ fileName }) => foldersOf(keyOf(fileName)).some((folder) => paths.has(folder)));
  if (nested) throw unsafe(file, `'${nested.fileName}' is in a folder that is there as a file too`);
  return entries;
}

/** As file systems compare that ignore case. */
function keyOf(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** The folders on the way to a path, without the slash behind them; a folder is on the way to itself. */
function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** Settles when nothing is written any more; the first failure keeps further files from being begun. */
async function writeEntries(zip: ZipFile, entries: readonly Entry[], folder: string): Promise<void> {
  const waiting = entries.values();
  async function writeNext(): Promise<void> {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await writeEntry(zip, next.value, folder);
  }
  const writing = Array.from({ length: CONCURRENCY }, () =>
    writeNext().catch((error: unknown) => {
      for (const _skipped of waiting);
      throw error;
    }),
  );
  const failure = (await Promise.allSettled(writing)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

async function writeEntry(zip: ZipFile, entry: Entry, folder: string): Promise<void> {
  const target = join(folder, entry.fileName);
  if (entry.fileName.endsWith('/')) return void (await mkdir(target, { recursive: true }));
  await mkdir(dirname(target), { recursive: true });
  const options = { flags: 'wx', mode: modeOf(entry) & EXECUTABLE ? 0o755 : 0o644 };
  await pipeline(await zip.openReadStreamPromise(entry), checked(entry), createWriteStream(target, options));
}

/** Where tools on Unix keep the mode of a file; others leave 0 there (APPNOTE.TXT 4.4.15, and `inode(7)`). */
function modeOf({ externalFileAttributes }: Entry): number {
  return externalFileAttributes >>> 16;
}

/** Fails at the end of a file that is not what was put into the zip; yauzl leaves that to its callers. */
function checked({ fileName, crc32: expected }: Entry): Transform {
  let checksum = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      checksum = crc32(chunk, checksum);
      done(null, chunk);
    },
    flush: (done) => done(checksum === expected ? null : new Error(`'${fileName}' is damaged`)),
  });
}

const KIND_MASK = 0o170_000;
const EXECUTABLE = 0o111;
/** None, a regular file, a folder. */
const KINDS: ReadonlySet<number> = new Set([0, 0o100_000, 0o040_000]);

function unsafe(file: string, why: string): PackageError {
  return new PackageError('PackageUnsafe', `${file} is not unpacked: ${why}`);
}

function tooLarge(file: string, why: string): PackageError {
  return new PackageError('PackageTooLarge', `${file} is not unpacked: it holds ${why}`);
}

function toPackageError(file: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof PackageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PackageError('PackageUnreadable', `${file} cannot be unpacked: ${reason}`, { cause: error });
  };
}
