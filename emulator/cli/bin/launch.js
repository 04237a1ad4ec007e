import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

const main = new URL('../bundle/main.js', import.meta.url);

/**
 * Runs the built command line. npm links these files at install, before anything is built, so they are plain
 * JavaScript and say what is missing.
 *
 * @param {'lazurite' | 'func'} name as which the command was called
 */
export async function launch(name) {
  if (!existsSync(main)) {
    process.stderr.write(`${name} is not built yet. Run \`npm run build\` in the repository first\n`);
    process.exitCode = 1;
    return;
  }
  enableCompileCache();
  const { run } = await import(main.href);
  await run(name, process.argv.slice(2));
}
