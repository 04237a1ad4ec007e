#!/usr/bin/env node
// npm links this file at install, before anything is built, so it is plain JavaScript and says what is missing.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

const main = new URL('../dist/command-line/program.js', import.meta.url);

if (existsSync(main)) {
  enableCompileCache();
  const { run } = await import(main.href);
  await run(process.argv.slice(2));
} else {
  process.stderr.write('lazurite-cosmos is not built yet. Run `npm run build` in the repository first\n');
  process.exitCode = 1;
}
