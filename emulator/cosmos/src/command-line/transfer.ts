import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemRandomness } from '@lazurite/runtime';
import { exportDatabase, importDatabase } from '../transfer/data-directory.ts';
import { chooseDataFolder } from '../transfer/find-data.ts';
import type { OnProgress } from '../transfer/progress.ts';
import type { CommandParts } from './command-parts.ts';

export interface ExportFlags {
  readonly dataDir: string;
  readonly file?: string;
}

export interface ImportFlags extends ExportFlags {
  readonly as?: string;
}

export async function exportCommand(
  database: string,
  { dataDir, file }: ExportFlags,
  { process }: CommandParts,
): Promise<void> {
  const lines = exportDatabase({ dataDir: resolve(dataDir) }, database, progressOn(process.stderr));
  // The process's own output stays open behind it.
  await (file === undefined ? pipeline(lines, process.stdout, { end: false }) : writeWhole(lines, file));
  process.stderr.write('\n');
}

/** A file with the whole export, or the file as it was before. */
async function writeWhole(lines: AsyncIterable<string>, file: string): Promise<void> {
  const unfinished = `${file}.${systemRandomness.uuid()}.tmp`;
  try {
    await pipeline(lines, createWriteStream(unfinished));
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

export async function importCommand({ dataDir, file, as }: ImportFlags, { process }: CommandParts): Promise<void> {
  // Opened first: without it, no data directory is made.
  const input = file === undefined ? process.stdin : (await open(file)).createReadStream();
  const target = chooseDataFolder(resolve(dataDir));
  const onProgress = progressOn(process.stderr);
  const options = { onProgress, ...(as !== undefined && { database: as }) };
  const id = await importDatabase({ dataDir: target }, input, options);
  process.stderr.write(`\nImported the database '${id}' into ${target}\n`);
}

/** One line that is written over on a screen; elsewhere only its last state would be of use, so nothing. */
function progressOn(stderr: NodeJS.WriteStream): OnProgress {
  return ({ containers, items }) => {
    if (stderr.isTTY) stderr.write(`\r${containers} containers, ${items} items`);
  };
}
