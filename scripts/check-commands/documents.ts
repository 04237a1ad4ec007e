import { glob } from 'node:fs/promises';

/** Where commands are named for those who use the project. */
const DOCUMENTS = [
  '*.md',
  '.github/*.md',
  'docs/**/*.md',
  'emulator/*/README.md',
  'examples/**/*.{md,ts,js}',
  'bench/README.md',
];

/** The documents of a repository, by their paths from its root, in order. */
export async function documentsOf(root: string): Promise<string[]> {
  const files = await Array.fromAsync(glob(DOCUMENTS, { cwd: root }));
  return files.map((file) => file.replaceAll('\\', '/')).sort();
}
