#!/usr/bin/env node
// npm links this file at install, before anything is built and whatever Node.js there is, so it is plain JavaScript and says
// what is missing.
import { existsSync } from 'node:fs';
import { unsupportedNode } from '@lazurite/runtime/node-version';

const main = new URL('../dist/command-line/program.js', import.meta.url);
const problem =
  unsupportedNode ??
  (existsSync(main) ? undefined : 'lazurite-cosmos is not built yet. Run `npm run build` in the repository first');

if (problem === undefined) {
  const { enableCompileCache } = await import('node:module'); // a static import would fail where it does not exist
  enableCompileCache();
  const { run } = await import(main.href);
  await run(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
