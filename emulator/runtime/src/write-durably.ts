import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** Replaces a file so that after a crash it holds either the old text or all of the new; resolves once that is on disk. */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
