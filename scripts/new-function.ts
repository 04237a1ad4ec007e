// `npm run new:function -- ROOM/NAME`: writes an HTTP function into functions/ROOM/NAME and adds its row to the table of
// routes. It then serves `GET /beta/<name>`, with a function key. Example: npm run new:function -- service/Version
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const ROUTES = join(root, 'shared/graph-http/routes.ts');
/** New rows stand before the catch-all. */
const CATCH_ALL = '  /** The catch-all: ';
const USAGE = 'Usage: npm run new:function -- ROOM/NAME, for example service/Version. ROOM is a folder of functions/';

const [, room, name] = /^([a-z][a-z-]*)\/([A-Z][A-Za-z0-9]*)$/.exec(process.argv[2] ?? '') ?? [];
if (room === undefined || name === undefined) fail(USAGE);
if (!existsSync(join(root, 'functions', room))) fail(`There is no folder functions/${room}. ${USAGE}`);

const folder = join(root, 'functions', room, name);
const routes = readFileSync(ROUTES, 'utf8');
if (existsSync(folder) || routes.includes(`  ${name}: {`)) fail(`A function '${name}' is there already`);
if (!routes.includes(CATCH_ALL)) fail(`${ROUTES} has no row for the catch-all, before which a new one is written`);

const path = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
const handler = `${name[0]?.toLowerCase()}${name.slice(1)}Handler`;
const row = `  ${name}: { ...PLAIN, part: 'hosting', methods: ['GET'], path: '${path}', access: 'functionKey' },\n`;
mkdirSync(folder);
writeFileSync(ROUTES, routes.replace(CATCH_ALL, `${row}${CATCH_ALL}`));
writeFileSync(
  join(folder, 'handler.ts'),
  `import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';

/** \`GET /${path}\`: answers 200 with the name of the function. */
export function ${handler}(dependencies: EnvelopeDependencies): FunctionHandler {
  return withGraphEnvelope(
    async () => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: { name: '${name}' },
    }),
    dependencies,
  );
}
`,
);
writeFileSync(
  join(folder, 'index.ts'),
  `import { theApp } from '../../../shared/composition/the-app.ts';
import { ${handler} } from './handler.ts';

const { dependencies, registerRoute } = theApp();

registerRoute('${name}', ${handler}(dependencies));
`,
);
process.stdout.write(
  `functions/${room}/${name} serves GET /beta/${path}; its row is in shared/graph-http/routes.ts. Next: docs/recipes/add-a-function.md\n`,
);

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
