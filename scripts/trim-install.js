// npm runs it after an installation. It deletes what nothing here reads, a fifth of what was installed: the headers for native
// builds that come with the pinned Node.js, and the source maps of packages, which are for those who debug the packages.
// It runs on whatever Node.js npm runs on, 20 or later (docs/decisions/small-install.md).
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
for (const name of ['linux', 'darwin', 'win'].flatMap(nodePackages))
  rmSync(join(modules, 'node/node_modules', name, 'include'), { recursive: true, force: true });
removeSourceMaps(modules);

function nodePackages(platform) {
  const names = ['x64', 'arm64'].map((processor) => `${platform}-${processor}`);
  return names.flatMap((name) => [`node-${name}`, `node-bin-${name}`]);
}

function removeSourceMaps(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeSourceMaps(path);
    else if (entry.isFile() && entry.name.endsWith('.map')) rmSync(path);
  }
}
