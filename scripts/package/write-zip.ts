import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { ArchivedFile } from './app-files.ts';

/** The first moment that a zip can name. It is written in local time, and so is made of local time. */
const TIME = new Date(1980, 0, 1);
/** A regular file that its owner may write and all may read. */
const MODE = 0o100_644;

/**
 * Writes a zip whose bytes follow from the files alone: they are sorted by path, and all are given the same time and
 * mode.
 */
export async function writeZip(file: string, files: readonly ArchivedFile[]): Promise<void> {
  const zip = new ZipFile();
  // Not by locale, which differs between machines.
  for (const { path, content } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    zip.addBuffer(content, path, { mtime: TIME, mode: MODE, forceDosTimestamp: true, compressionLevel: 9 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}
