import { writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { makeFolder } from '@lazurite/runtime';
import { CommandError } from '../../errors.ts';
import type { Terminal } from '../../terminal.ts';

export interface FileWriter {
  /** Writes a file below the folder. One that is there is kept, unless the writer may overwrite. Returns whether it wrote. */
  write(path: string, text: string): Promise<boolean>;
}

export interface FileWriterOptions {
  readonly folder: string;
  readonly overwrites: boolean;
  readonly terminal: Terminal;
}

/** Prints a line for each file. */
export function openFileWriter({ folder, overwrites, terminal }: FileWriterOptions): FileWriter {
  return {
    async write(path, text) {
      const file = join(folder, path);
      const shown = relative(process.cwd(), file) || path;
      await makeFolder(dirname(file)).catch((cause: Error) => {
        throw new CommandError('FolderNotMade', `${dirname(file)} cannot be made: ${cause.message}`, { cause });
      });
      try {
        await writeFile(file, text, { flag: overwrites ? 'w' : 'wx' });
      } catch (error) {
        if (!isExisting(error)) throw error;
        terminal.out(`Kept    ${shown}, which is there already (--force overwrites it)\n`);
        return false;
      }
      terminal.out(`Created ${shown}\n`);
      return true;
    },
  };
}

function isExisting(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST';
}
