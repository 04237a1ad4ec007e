import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installFolder } from '../on-demand/install-folder.ts';

interface Licence {
  readonly license: { readonly id: string; readonly acknowledgement: 'declared' };
}

interface Component {
  readonly group?: string;
  readonly name: string;
  /** Absent: a module that the build itself made (scripts/bundle.ts), and no package. */
  readonly version?: string;
  readonly 'bom-ref': string;
  licenses?: readonly Licence[];
}

/** What is used here of a CycloneDX document. */
interface Inventory {
  components: readonly Component[];
  dependencies: readonly { readonly ref: string; dependsOn?: readonly string[] }[];
}

/** Packages whose package.json names no licence, and where they do. */
const LICENCES: Readonly<Record<string, string>> = {
  'semaphore@1.1.0': 'MIT', // README.md
};

/**
 * Writes the packages of which something is in the bundles, with their licences, as CycloneDX: what esbuild put there,
 * rather than what is installed.
 *
 * @throws Error naming the packages whose licence is not known
 */
export async function writeInventory(root: string, file: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const tools = join(root, 'scripts/tools');
  await installFolder(tools);
  // Its README: to be called as a program, from this place.
  const tool = join(tools, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js');
  const options = ['--output-reproducible', '--gather-license-texts', '--validate', '--output-file', file];
  const metafile = join(root, 'dist/metafile.json');
  await promisify(execFile)(process.execPath, [tool, ...options, metafile], { cwd: root });
  const inventory: Inventory = JSON.parse(await readFile(file, 'utf8')); // just written by the tool, and validated
  removeBuildModules(inventory);
  for (const component of inventory.components) component.licenses ??= await findLicences(component, require);
  await writeFile(file, `${JSON.stringify(inventory, null, 2)}\n`);
}

function removeBuildModules(inventory: Inventory): void {
  const packages = inventory.components.filter(({ version }) => version !== undefined);
  const removed = new Set(inventory.components.filter((one) => !packages.includes(one)).map((one) => one['bom-ref']));
  inventory.components = packages;
  inventory.dependencies = inventory.dependencies.filter(({ ref }) => !removed.has(ref));
  for (const dependency of inventory.dependencies) {
    const { dependsOn } = dependency;
    if (dependsOn) dependency.dependsOn = dependsOn.filter((ref) => !removed.has(ref));
  }
}

/** The tool reads the package.json that is nearest to a file; those that only say `"type": "module"` name no licence. */
async function findLicences(component: Component, require: NodeJS.Require): Promise<readonly Licence[]> {
  const { group, name, version = '' } = component;
  const fullName = group === undefined ? name : `${group}/${name}`;
  const id = LICENCES[`${fullName}@${version}`] ?? (await readLicence(fullName, version, require));
  if (id === undefined)
    throw new Error(`${fullName}@${version} declares no licence. Read it, and enter it in LICENCES`);
  return [{ license: { id, acknowledgement: 'declared' } }];
}

async function readLicence(name: string, version: string, require: NodeJS.Require): Promise<string | undefined> {
  for (const folder of require.resolve.paths(name) ?? []) {
    const text = await readFile(join(folder, name, 'package.json'), 'utf8').catch(() => '{}');
    const manifest: { readonly version?: string; readonly license?: string } = JSON.parse(text); // npm has checked both
    if (manifest.version === version) return manifest.license;
  }
  return undefined;
}
