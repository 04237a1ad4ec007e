// Makes what is deployed of what `npm run build` left in dist/: app.zip, its source maps apart, and the inventory of the
// packages in it (docs/decisions/package.md). The same commit makes the same bytes. `--out FOLDER` writes elsewhere.
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAppFiles, readSourceMaps } from './package/app-files.ts';
import { writeInventory } from './package/inventory.ts';
import { writeZip } from './package/write-zip.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = resolve(values.out);

await mkdir(out, { recursive: true });
await Promise.all([
  readAppFiles(root).then((files) => writeZip(join(out, 'app.zip'), files)),
  readSourceMaps(root).then((files) => writeZip(join(out, 'app-source-maps.zip'), files)),
  writeInventory(root, join(out, 'app.cdx.json')),
]);
for (const name of ['app.zip', 'app-source-maps.zip', 'app.cdx.json']) await announce(join(out, name));

async function announce(file: string): Promise<void> {
  const content = await readFile(file);
  const kilobytes = Math.ceil(content.length / 1_000);
  const hash = createHash('sha256').update(content).digest('hex');
  process.stdout.write(`${relative(process.cwd(), file)}  ${kilobytes} KB  sha256:${hash}\n`);
}
