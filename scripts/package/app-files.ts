import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of an archive: its path there, with `/`, and what is in it. */
export interface ArchivedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Read by the host, and by the LRO simulator where a setting turns it on. */
const ROOT_FILES = ['host.json', 'lro-scenarios.json'];
const BUNDLES = 'dist';
/** What a host reads of package.json, and what tells one version from another. There is nothing to install. */
const MANIFEST_KEYS = ['name', 'version', 'license', 'private', 'type', 'main', 'engines'] as const;

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
  const kept = Object.fromEntries(MANIFEST_KEYS.map((key) => [key, manifest[key]]));
  return { path: 'package.json', content: Buffer.from(`${JSON.stringify(kept, null, 2)}\n`) };
}

/** A host that maps stacks would look for the map, and measure the whole script, at every start. */
function withoutMapLink({ path, content }: ArchivedFile): ArchivedFile {
  return { path, content: Buffer.from(String(content).replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')) };
}

/** Bundles lie one folder deep: a function's own, and the chunks that several share. */
async function readBundles(root: string, extension: string): Promise<readonly ArchivedFile[]> {
  const names = await readdir(join(root, BUNDLES), { recursive: true }).catch(() => []);
  const paths = names
    .map((name) => `${BUNDLES}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(extension));
  if (paths.length === 0) throw new Error(`There is nothing to package in ${join(root, BUNDLES)}. Run "npm run build"`);
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(root, path)) })));
}
