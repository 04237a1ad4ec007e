import { existsSync } from 'node:fs';
import { unsupportedNode } from '@lazurite/runtime/node-version';

const main = new URL('../bundle/main.js', import.meta.url);

/**
 * Runs the built command line. npm links these files at install, before anything is built and whatever Node.js there is,
 * so they are plain JavaScript and say what is missing.
 *
 * @param {'lazurite' | 'func'} name as which the command was called
 */
export async function launch(name) {
  const problem =
    unsupportedNode ??
    (existsSync(main) ? undefined : `${name} is not built yet. Run \`npm run build\` in the repository first`);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 1;
    return;
  }
  const { enableCompileCache } = await import('node:module'); // a static import would fail where it does not exist
  enableCompileCache();
  const { run } = await import(main.href);
  await run(name, process.argv.slice(2));
}
