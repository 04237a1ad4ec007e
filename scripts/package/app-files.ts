import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A file of an archive: its path there, with `/`, and what is in it. */
export interface ArchivedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Read by the host, and by the LRO simulator where a setting turns it on. */
const ROOT_FILES = ['host.json', 'lro-scenarios.json'];
const METAFILE = 'dist/metafile.json';
/** What a host reads of package.json, and what tells one version from another. There is nothing to install. */
const MANIFEST_KEYS = ['name', 'version', 'license', 'private', 'type', 'main'] as const;
/** What the app is bundled for; the repository itself needs less, as it brings its own Node.js. */
const ENGINES = { node: '>=22' };

/** All that is deployed. @throws Error where the app was not built */
export async function readAppFiles(root: string): Promise<readonly ArchivedFile[]> {
  const bundles = (await readBundles(root, '.js')).map(withoutMapLink);
  const rootFiles = ROOT_FILES.map(async (path) => ({ path, content: await readFile(join(root, path)) }));
  return [...(await Promise.all(rootFiles)), await deployedManifest(root), ...bundles];
}

/** What leads from a place in a bundle to one in the sources. */
export function readSourceMaps(root: string): Promise<readonly ArchivedFile[]> {
  return readBundles(root, '.js.map');
}

async function deployedManifest(root: string): Promise<ArchivedFile> {
  const manifest: Record<string, unknown> = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const kept = { ...Object.fromEntries(MANIFEST_KEYS.map((key) => [key, manifest[key]])), engines: ENGINES };
  return { path: 'package.json', content: Buffer.from(`${JSON.stringify(kept, null, 2)}\n`) };
}

/** A host that maps stacks would look for the map, and measure the whole script, at every start. */
function withoutMapLink({ path, content }: ArchivedFile): ArchivedFile {
  return { path, content: Buffer.from(String(content).replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')) };
}

/** What the last build made; chunks of earlier ones may lie beside it. */
async function readBundles(root: string, extension: string): Promise<readonly ArchivedFile[]> {
  const metafile = await readFile(join(root, METAFILE), 'utf8').catch(() => '{"outputs":{}}');
  const { outputs }: Pick<Metafile, 'outputs'> = JSON.parse(metafile);
  const paths = Object.keys(outputs).filter((path) => path.endsWith(extension));
  if (paths.length === 0) throw new Error(`There is nothing to package in ${join(root, 'dist')}. Run "npm run build"`);
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(root, path)) })));
}
