// `npm run pack:all`: writes the packages that are published as tarballs, of what `npm run build` made. `--out FOLDER`
// writes elsewhere than to tarballs/.
import { execFile } from 'node:child_process';
import { cp, mkdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bundlePackage, emptyFolder } from './packages/bundle-package.ts';
import { PACKAGES, type PackageDefinition, root } from './packages/definitions.ts';
import { writeLicences, writeManifest, writeTexts } from './packages/documents.ts';
import { writeTypes } from './packages/types.ts';

const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'tarballs') } } });
const out = resolve(values.out);

await mkdir(out, { recursive: true });
for (const file of await Promise.all(PACKAGES.map(pack))) {
  const kilobytes = Math.ceil((await stat(file)).size / 1_000);
  process.stdout.write(`${relative(process.cwd(), file)}  ${kilobytes} KB\n`);
}

/** Resolves with the tarball. */
async function pack(definition: PackageDefinition): Promise<string> {
  const folder = join(root, 'node_modules/.cache/packages', definition.workspace);
  await emptyFolder(folder);
  const types = await writeTypes(definition, folder);
  await writeManifest(definition, folder, types);
  const metafiles = await bundlePackage(definition, folder);
  const copies = definition.folders.map((name) =>
    cp(join(root, definition.workspace, name), join(folder, name), { recursive: true }),
  );
  await Promise.all([...copies, writeTexts(definition, folder), writeLicences(folder, metafiles)]);
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', folder, '--pack-destination', out, '--json', '--loglevel=error'],
    {
      cwd: root,
      shell: process.platform === 'win32', // npm is a script there
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  const [packed]: { filename: string }[] = JSON.parse(stdout);
  return join(out, packed?.filename ?? '');
}
