import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { PackageError } from './package-error.ts';
import type { PackageLimits } from './package-limits.ts';

/**
 * Unpacks a zip into a new folder. Only files and folders come out of it, and only below that folder.
 *
 * @throws PackageError for a file that is no zip, or damaged, or encrypted; for one above a limit, before more than the
 * limit is written; and for links, paths that lead elsewhere, and paths that are there twice. Some of it is written then
 */
export async function unpackZip(file: string, folder: string, limits: PackageLimits): Promise<void> {
  const zip = await openPromise(file, { lazyEntries: true, strictFileNames: true }).catch(toPackageError(file));
  const unpacking: Unpacking = { file, folder, limits, zip, paths: new Set(), bytes: 0 };
  try {
    if (zip.entryCount > limits.entries) throw tooLarge(file, `more than ${limits.entries} files and folders`);
    for await (const entry of zip.eachEntry()) await unpackEntry(entry, unpacking);
  } catch (error) {
    toPackageError(file)(error);
  } finally {
    zip.close();
  }
}

interface Unpacking {
  readonly file: string;
  readonly folder: string;
  readonly limits: PackageLimits;
  readonly zip: ZipFile;
  /** Those that are written, as file systems compare them that ignore case. */
  readonly paths: Set<string>;
  bytes: number;
}

/** yauzl has refused absolute paths, `..` and backslashes, and stops a file at the size that its entry declares. */
async function unpackEntry(entry: Entry, unpacking: Unpacking): Promise<void> {
  const { file, folder, limits, zip, paths } = unpacking;
  const { fileName: path } = entry;
  const key = path.normalize('NFC').toLowerCase();
  if (paths.has(key)) throw unsafe(file, `'${path}' is there twice`);
  paths.add(key);
  const kind = (entry.externalFileAttributes >>> MODE_SHIFT) & KIND_MASK;
  if (!KINDS.has(kind)) throw unsafe(file, `'${path}' is a link or a device`);
  unpacking.bytes += entry.uncompressedSize;
  if (unpacking.bytes > limits.unpackedBytes) throw tooLarge(file, `more than ${limits.unpackedBytes} bytes unpacked`);
  const target = join(folder, path);
  if (path.endsWith('/')) return void (await mkdir(target, { recursive: true }));
  await mkdir(dirname(target), { recursive: true });
  const isProgram = ((entry.externalFileAttributes >>> MODE_SHIFT) & EXECUTABLE) !== 0;
  const options = { flags: 'wx', mode: isProgram ? 0o755 : 0o644 };
  await pipeline(await zip.openReadStreamPromise(entry), checked(entry), createWriteStream(target, options));
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

/** Where tools on Unix keep the mode of a file; others leave nothing there (APPNOTE.TXT 4.4.15, and `inode(7)`). */
const MODE_SHIFT = 16;
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
