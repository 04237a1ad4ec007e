import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { exportDatabase, importDatabase } from '../transfer/data-directory.ts';
import type { OnProgress } from '../transfer/progress.ts';
import type { CommandDependencies } from './program.ts';

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
  { process }: CommandDependencies,
): Promise<void> {
  const onProgress = progressOn(process.stderr);
  const lines = exportDatabase({ dataDir }, database, onProgress);
  // The standard output stays open afterwards.
  await (file === undefined
    ? pipeline(lines, process.stdout, { end: false })
    : pipeline(lines, createWriteStream(file)));
  process.stderr.write('\n');
}

export async function importCommand(
  { dataDir, file, as }: ImportFlags,
  { process }: CommandDependencies,
): Promise<void> {
  const input = file === undefined ? process.stdin : createReadStream(file);
  const onProgress = progressOn(process.stderr);
  const id = await importDatabase({ dataDir }, input, { onProgress, ...(as !== undefined && { database: as }) });
  process.stderr.write(`\nImported the database '${id}'\n`);
}

/** On a terminal, one line that is overwritten; elsewhere nothing. */
function progressOn(stderr: NodeJS.WriteStream): OnProgress {
  return ({ containers, items }) => {
    if (stderr.isTTY) stderr.write(`\r${containers} containers, ${items} items`);
  };
}
