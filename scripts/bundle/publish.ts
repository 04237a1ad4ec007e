// Puts the files of a build where they are run from, beside those of earlier builds: a process that runs from those goes
// on. A file appears whole, a chunk before the entries that import it.
import { globSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { BuildResult, Plugin } from 'esbuild';
import { type Bundle, root } from './bundles.ts';

type Result = BuildResult<Bundle['options']>;

/** A process may import a chunk long after it started. Chunks are kept so long after the last build that made them. */
const KEEP_CHUNKS_MS = 24 * 60 * 60 * 1_000;

/** Publishes each build that succeeds, and reports whether that changed a file. */
export function publisher(bundle: Bundle, onPublished: (hasChanged: boolean) => void = () => undefined): Plugin {
  return {
    name: 'publisher',
    setup: ({ onEnd }) =>
      onEnd(async (result) => {
        if (result.errors.length > 0) return;
        onPublished(await publish(bundle, result as Result)); // the options of every bundle are those of `Result`
      }),
  };
}

async function publish(bundle: Bundle, { metafile, outputFiles }: Result): Promise<boolean> {
  const made = new Map(outputFiles.map(({ path, contents }) => [toKey(path), contents]));
  const entries = [...made.keys()].filter(
    (key) => metafile.outputs[key.replace(/\.map$/, '')]?.entryPoint !== undefined,
  );
  const chunks = [...made.keys()].filter((key) => !entries.includes(key));
  const written = [await writeAll(chunks, made), await writeAll(entries, made)];
  // What the packages' inventory is made of, and what is in the package (scripts/package.ts).
  if (bundle.name === 'app') await replace(resolve(root, 'dist/metafile.json'), JSON.stringify(metafile));
  const removed = await sweep(bundle, new Set(made.keys()));
  return written.includes(true) || removed;
}

async function writeAll(keys: readonly string[], contents: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  const changes = keys.map(async (key) => {
    const [path, content] = [resolve(root, key), contents.get(key) ?? new Uint8Array()];
    const present = await readFile(path).catch(() => undefined);
    if (present?.equals(content)) return false;
    await replace(path, content);
    return true;
  });
  return (await Promise.all(changes)).includes(true);
}

async function replace(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

/**
 * Removes what no build has made for long. An entry goes at once, as a host would load a function that is no more. Resolves
 * with whether an entry went.
 */
async function sweep({ name, folders, chunkFolder }: Bundle, made: ReadonlySet<string>): Promise<boolean> {
  const recordFile = join(root, 'node_modules/.cache/bundles', `${name}.json`);
  const lastMade = await readRecord(recordFile);
  const now = Date.now();
  const present = globSync(
    folders.map((folder) => `${folder}/**/*.{js,js.map}`),
    { cwd: root },
  ).map(toKey);
  const record: Record<string, number> = {};
  let isEntryRemoved = false;
  for (const key of [...made, ...present.filter((key) => !made.has(key))]) {
    const at = made.has(key) ? now : (lastMade[key] ?? now);
    const isChunk = key.startsWith(`${chunkFolder}/`);
    if (made.has(key) || (isChunk && now - at < KEEP_CHUNKS_MS)) record[key] = at;
    else {
      await rm(resolve(root, key), { force: true });
      isEntryRemoved ||= !isChunk;
    }
  }
  await replace(recordFile, JSON.stringify(record));
  return isEntryRemoved;
}

/** When each file was last part of a build, in ms since the Unix epoch. Empty after an installation. */
async function readRecord(file: string): Promise<Record<string, number>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  return JSON.parse(text);
}

/** The path below the root, with `/`, as esbuild names outputs. */
function toKey(path: string): string {
  return relative(root, resolve(root, path)).replaceAll(sep, '/');
}
