// What each command that the documents name must do: one row a command, keyed by its normal form, in the order of running.
// Azure and Docker have no rows: their commands are recognised by `serviceNeeded` and must be marked in the text instead.

export type Place = 'clone' | 'app' | 'data';

interface Ran {
  readonly in?: Place;
  /** What is run instead: placeholders filled in, or a form that takes less long. */
  readonly as?: string;
  readonly why?: string;
}

/** Runs to its end. */
export interface Run extends Ran {
  readonly how: 'run' | 'short form';
  readonly exitCode?: number;
  readonly output: RegExp;
  /** Files it makes, in the folder where it runs. */
  readonly makes?: readonly string[];
  /** A command that succeeds when the effect is there. */
  readonly afterwards?: string;
  /** Another row, which is started for it. */
  readonly beside?: string;
}

/** Runs until its ready line; then the steps, Ctrl-C, and no process may be left. */
export interface StartAndStop extends Ran {
  readonly how: 'start and stop';
  readonly ready: RegExp;
  readonly steps: readonly Step[];
  /** What its output has, or comes to have, after the steps. */
  readonly prints?: RegExp;
  readonly makes?: readonly string[];
}

/** Repeated until it shows what is expected. Its environment has `PRINTED_CURL`, the lines with token and curl of the output so far. */
export interface Step {
  readonly command: string;
  readonly shows: RegExp;
}

/** Takes too long, or needs the network: npm script and files are there, and are sound to Node.js. */
export interface Exists {
  readonly how: 'exists';
  readonly files?: readonly string[];
  readonly why: string;
}

/** Run by `.ci/run`, or by another row. */
export interface Elsewhere {
  readonly how: 'elsewhere';
  /** The command there. */
  readonly as: string;
  readonly by: '.ci/run' | 'row';
  readonly why: string;
}

export type Expectation = Run | StartAndStop | Exists | Elsewhere;

/** The ports that documents name, and that commands take by themselves. */
export const FIXED_PORTS = [7071, 7072, 8081, 4318];

const DATA_COMMAND = {
  how: 'exists',
  files: ['tests/e2e/data-commands.test.ts'],
  why: 'That test runs it on a stack with data',
} satisfies Exists;
const HOST_FLAG = {
  how: 'exists',
  files: ['tests/e2e/host-flags.test.ts'],
  why: 'Tests start hosts with this flag',
} satisfies Exists;
const CURL_READY = /^curl -i http:\/\/localhost:7071[\s\S]+\.json$/m;
const APP_READY = /Functions:\s+http:\/\/localhost:7071/;
const COSMOS_READY = /Cosmos DB:\s+http:\/\/127\.0\.0\.1:8081/;
const CREATES: Step = { command: 'eval "$PRINTED_CURL"', shows: /HTTP\/1\.1 201 Created/ };
const IDENTITY =
  'COSMOS_CONNECTION= COSMOS_CONNECTION__accountEndpoint=https://localhost:8081/ COSMOS_CREATE_IF_MISSING=false LRO_LAB=off PAGING_KEY=any-text-of-at-least-32-characters';
const HELLO = 'curl -s http://127.0.0.1:7071/api/hello';
const COLLECTOR =
  'require("node:http").createServer((q,s)=>{s.end();if(q.url==="/v1/traces"){console.log("traces received");process.exit()}}).listen(4318,"127.0.0.1")';
const MAKE_SHOP = `node --input-type=module -e "
  import { CosmosClient } from '@azure/cosmos';
  const client = new CosmosClient({ endpoint: 'http://127.0.0.1:8081', key: process.env.KEY });
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.createIfNotExists({ id: 'orders', partitionKey: '/customer' });
  const { statusCode } = await container.items.upsert({ id: '1', customer: 'ann', total: 12 });
  console.log('stored', statusCode);
  process.exit();"`;
const EMULATOR_KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

const LONG_BENCHMARK = 'A benchmark takes minutes, and its figures are worth nothing on a busy machine';
const CALL_HELP: Run = {
  how: 'short form',
  as: 'lazurite call --help',
  why: 'The text names the command, not a call',
  output: /Usage: lazurite call [^\n]*<name>/,
};

/** Starts in the folder of someone else's app, answers, and answers anew once the source is changed. */
function startsAnyApp(greeting: string): StartAndStop {
  return {
    how: 'start and stop',
    in: 'app',
    ready: APP_READY,
    steps: [
      { command: HELLO, shows: /^(?:Hello|Changed)/ },
      { command: `sed -i.before "s/body: '[^']*'/body: '${greeting}'/" src/functions/hello.js`, shows: /^$/ },
      { command: HELLO, shows: new RegExp(`^${greeting}$`) },
    ],
  };
}

export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  'npm run build': {
    how: 'run',
    output: /node scripts\/build\.ts/,
    makes: ['dist/Health/index.js', 'emulator/cli/bundle'],
  },
  'npm install': {
    how: 'elsewhere',
    as: 'npm install && npm start',
    by: 'row',
    why: 'It is the first half of that line',
  },
  'npm ci': { how: 'elsewhere', as: 'npm ci', by: '.ci/run', why: 'It installs what everything else runs on' },
  'npm install --save PACKAGE': {
    how: 'short form',
    as: 'npm install --save is-number --dry-run --no-audit --no-fund --prefer-offline',
    why: 'The packages are shared with the repository by hard links',
    output: /added|up to date|changed/,
  },
  'npx npm@latest install --save PACKAGE': {
    how: 'elsewhere',
    as: 'npm install --save PACKAGE',
    by: 'row',
    why: 'It is the same command by another npm',
  },
  'npx npm@latest install --save --package-lock-only': {
    how: 'short form',
    as: 'npm install --package-lock-only --dry-run --no-audit --no-fund --prefer-offline',
    why: 'The lock file of the clone stays as it is',
    output: /added|up to date|changed/,
  },
  'npm run metrics': { how: 'run', output: /pairs of rooms that import each other/ },
  'npm run metrics -- --ways': { how: 'run', output: /files on the way of a queue message to its function/ },
  'npm run new:function -- ROOM/NAME': {
    how: 'run',
    as: 'npm run new:function -- service/Version',
    output: /functions\/service\/Version serves GET \/beta\/version/,
    makes: ['functions/service/Version/index.ts'],
    afterwards: 'npx tsc -p tsconfig.json && rm -r functions/service/Version',
  },
  'npx jest tests/unit/routes': { how: 'run', output: /./ },
  'npx jest tests/e2e/create-operation': {
    how: 'elsewhere',
    as: 'npm test',
    by: '.ci/run',
    why: 'It is a part of the test set',
  },
  'npx jest emulator/cosmos/src/routes': {
    how: 'elsewhere',
    as: 'npm test',
    by: '.ci/run',
    why: 'It is a part of the test set',
  },
  'npx lazurite start --language-worker -- --inspect=9229': {
    how: 'start and stop',
    ready: /Debugger listening|Functions:\s+http/,
    steps: [{ command: 'curl -s http://127.0.0.1:9229/json/version', shows: /node\.js/ }],
  },
  'node --inspect emulator/cli/bin/lazurite.js start': { how: 'start and stop', ready: CURL_READY, steps: [] },
  'npm run check:lock': { how: 'run', output: /\d/ },
  'npm run check:vocabulary': { how: 'run', output: /No term that the glossary replaces/ },
  'npm run check:dependencies': {
    how: 'elsewhere',
    as: 'npm run check',
    by: '.ci/run',
    why: 'It is a part of that check',
  },
  'npm install && npm start': {
    how: 'start and stop',
    ready: CURL_READY,
    steps: [CREATES],
    makes: ['.lazurite/cosmos'],
  },
  'npm start': { how: 'start and stop', ready: CURL_READY, steps: [CREATES], makes: ['.lazurite/cosmos'] },
  'npx lazurite token --scopes "Chat.Read"': {
    how: 'run',
    beside: 'npm start',
    output: /^eyJ[\w-]+\.[\w-]+\.[\w-]+\s*$/,
  },
  'lazurite token': { how: 'run', beside: 'npm start', output: /^eyJ[\w-]+\.[\w-]+\.[\w-]+\s*$/ },
  'lazurite call NAME': {
    how: 'run',
    as: 'lazurite call MaintainSubscriptions',
    beside: 'npm start',
    output: /succeeded/i,
  },
  'lazurite call': CALL_HELP,
  'lazurite init [FOLDER]': {
    how: 'run',
    as: 'lazurite init first-app',
    output: /Created \S*first-app\/src\/functions\/hello\.ts[\s\S]*npm install && npm start/,
    makes: ['first-app/host.json', 'first-app/test/hello.test.ts'],
  },
  'lazurite new [NAME]': {
    how: 'run',
    as: 'lazurite new onTimer --trigger timer --script-root first-app',
    output: /Created \S*first-app\/src\/functions\/onTimer\.ts/,
    makes: ['first-app/src/functions/onTimer.ts'],
  },
  'lazurite keys [NAME]': {
    how: 'run',
    as: 'lazurite keys && lazurite keys Health',
    beside: 'npm start',
    output: /Host:\n {2}master {2}\S+[\s\S]*^default {2}\S+$/m,
  },
  'npx lazurite': {
    how: 'run',
    as: 'npx lazurite --help',
    why: 'The text names the program',
    output: /Usage: lazurite/,
  },
  'lazurite doctor': { how: 'run', output: /\d+ functions in [\s\S]*Differs in Azure/ },
  'lazurite exec -- COMMAND': {
    how: 'run',
    as: `lazurite exec -- node -e 'fetch(process.env.LAZURITE_FUNCTIONS_URL + "/beta/health").then(async (r) => { console.log(await r.text()); process.exitCode = 3 })'`,
    exitCode: 3,
    output: /"status":"ok"/,
  },
  'npm run dev': {
    how: 'elsewhere',
    as: 'npm run test:dev',
    by: 'row',
    why: 'That starts it, saves changes, breaks and repairs a source, and ends it',
  },
  'npm run test:dev': { how: 'run', output: /npm run dev: 1 of 1/ },
  'OPERATION_HOOK=on npm start': {
    how: 'start and stop',
    ready: CURL_READY,
    steps: [
      {
        command: `eval "$(printf %s "$PRINTED_CURL" | sed "s#-d #-H 'Prefer: lro-scenario=immediate-success' -d #")"`,
        shows: /HTTP\/1\.1 201 Created/,
      },
    ],
    prints: /createChat \S+ of chat example succeeded/,
  },
  'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start': {
    how: 'start and stop',
    ready: CURL_READY,
    steps: [{ command: `node -e '${COLLECTOR}' & eval "$PRINTED_CURL" > /dev/null; wait`, shows: /traces received/ }],
  },
  [`${IDENTITY} npx lazurite start --managed-identity`]: {
    how: 'start and stop',
    ready: CURL_READY,
    steps: [CREATES],
  },
  'lazurite start --managed-identity [contributor|reader]': {
    how: 'start and stop',
    as: `${IDENTITY} lazurite start --managed-identity reader`,
    ready: CURL_READY,
    steps: [{ command: 'eval "$PRINTED_CURL"', shows: /HTTP\/1\.1 500/ }],
  },
  'lazurite start': startsAnyApp('Changed once'),
  'npx lazurite start': startsAnyApp('Changed twice'),
  'func start': startsAnyApp('Changed thrice'),
  'npm run package': {
    how: 'run',
    output: /app\.zip {2}\d+ KB {2}sha256:[\da-f]{64}/,
    makes: ['dist/app.zip', 'dist/app-source-maps.zip', 'dist/app.cdx.json'],
  },
  'npm ci && npm run package': {
    how: 'short form',
    as: 'npm ci --dry-run --no-audit --no-fund --prefer-offline && ls dist/app.zip',
    why: 'The second half is a row of its own',
    output: /dist\/app\.zip/,
  },
  'npx lazurite start --package dist/app.zip': {
    how: 'start and stop',
    ready: /Package:\s+.*app\.zip/,
    steps: [{ command: 'curl -s http://127.0.0.1:7071/beta/health', shows: /"status":"ok"/ }],
  },
  'lazurite start --package FILE.zip': {
    how: 'elsewhere',
    as: 'npx lazurite start --package dist/app.zip',
    by: 'row',
    why: 'It is the same command, of a file with a name',
  },
  'npx lazurite query "SELECT * FROM c"': DATA_COMMAND,
  'npx lazurite data list': DATA_COMMAND,
  'npx lazurite data show ID': DATA_COMMAND,
  'npx lazurite data put item.json': DATA_COMMAND,
  'npx lazurite data delete ID': DATA_COMMAND,
  'npx lazurite export --file shop.ndjson': DATA_COMMAND,
  'npx lazurite import --file shop.ndjson': DATA_COMMAND,
  'npx lazurite queue peek jobs': DATA_COMMAND,
  'npx lazurite blob list docs': DATA_COMMAND,
  'npx lazurite reset --yes': DATA_COMMAND,
  'npx lazurite connection-strings': DATA_COMMAND,
  'npx lazurite logs --follow': DATA_COMMAND,
  'npx lazurite start --import seed --export-on-exit seed': DATA_COMMAND,
  'npm test': { how: 'elsewhere', as: 'npm test', by: '.ci/run', why: 'The whole test set takes minutes' },
  'npx lazurite call NAME --data \'{"id":1}\'': {
    how: 'elsewhere',
    as: 'lazurite call NAME',
    by: 'row',
    why: 'It is the same command, with what the trigger hands over',
  },
  'npx lazurite keys': { how: 'elsewhere', as: 'lazurite keys [NAME]', by: 'row', why: 'That row runs it' },
  'npx lazurite start --inspect': HOST_FLAG,
  'npx lazurite start --useHttps': HOST_FLAG,
  'npm run pack:all': {
    how: 'run',
    output: /lazurite-\d+\.\d+\.\d+\.tgz {2}\d+ KB/,
    makes: ['tarballs'],
  },
  'npm run test:first-hour': {
    how: 'exists',
    why: 'It installs three versions of Node.js and takes minutes; the workflow CI runs it on every change',
  },
  'npm run test:packages': {
    how: 'exists',
    why: 'It installs 200 packages and takes minutes; the workflow CI runs it on every change',
  },
  'npx lazurite doctor': {
    how: 'elsewhere',
    as: 'lazurite doctor',
    by: 'row',
    why: 'It is the same program',
  },
  'npx lazurite exec -- npm test': {
    how: 'elsewhere',
    as: 'lazurite exec -- COMMAND',
    by: 'row',
    why: 'It is the same command, with another program',
  },
  'npm run example': { how: 'run', output: /POST http[^\n]+\/beta\/chats\/[\s\S]+HTTP\/1\.1 201 Created/ },
  'npm run example:hook': { how: 'run', output: /Received: created chats[\s\S]+OperationHook: createChat/ },
  'npx @lazurite/cosmos': {
    how: 'start and stop',
    in: 'data',
    ready: COSMOS_READY,
    steps: [{ command: `KEY='${EMULATOR_KEY}' ${MAKE_SHOP}`, shows: /stored 20\d/ }],
    makes: ['.lazurite'],
  },
  'npx @lazurite/cosmos --port 0 --in-memory --json': {
    how: 'start and stop',
    in: 'data',
    ready: /^\{"event":"ready",.*\}$/m,
    steps: [],
  },
  'npx @lazurite/cosmos export shop --file shop.ndjson': {
    how: 'run',
    in: 'data',
    output: /^/,
    makes: ['shop.ndjson'],
    afterwards: 'grep -q \'"customer":"ann"\' shop.ndjson',
  },
  'npx @lazurite/cosmos import --file shop.ndjson --as shop-copy': {
    how: 'run',
    in: 'data',
    output: /^/,
    afterwards: 'npx @lazurite/cosmos export shop-copy --file copy.ndjson && grep -q \'"customer":"ann"\' copy.ndjson',
  },
  'npx @lazurite/cosmos verify': { how: 'run', in: 'data', output: /sound, [1-9]\d* rows compared/ },
  'npx @lazurite/cosmos repair': { how: 'run', in: 'data', output: /sound, nothing to repair/ },
  'npm run docs:generate': {
    how: 'run',
    output: /generate-sql-reference/,
    afterwards: 'git diff --exit-code --stat -- docs',
  },
  'npm run infra:generate': {
    how: 'run',
    output: /scripts\/infra\/generate\.ts/,
    afterwards: 'git diff --exit-code --stat -- infra docs',
  },
  'npm run simulate:scale': {
    how: 'short form',
    as: 'CHATS=20000 npm run simulate:scale',
    why: 'A million chats take ten seconds on a quiet machine',
    output: /Request units of each request[\s\S]+RU/,
  },
  'npm install --save-dev azurite': {
    how: 'short form',
    as: 'npm install --save-dev azurite --dry-run --no-audit --no-fund --prefer-offline',
    why: 'The packages are shared with the repository by hard links',
    output: /up to date|added|changed/,
  },
  'npm run test:durability': {
    how: 'short form',
    as: 'node tests/durability/run.ts 1',
    why: 'Twenty kills take six minutes',
    output: /1\/1: [1-9]\d* answered 201, 0 lost, 0 doubled/,
  },
  'npm run soak -- 30': {
    how: 'short form',
    as: 'node tests/soak/run.ts 0.05 20',
    why: 'It runs for half an hour',
    output: /minute 0\.05: [1-9]\d* MB/,
  },
  'npm run test:endurance:cosmos': {
    how: 'short form',
    as: 'npm run test:endurance:cosmos -- 1 50',
    why: 'Fifty kills and 10,000 connections take minutes',
    output: /1 kills: [1-9]\d* batches answered 200; 0 half there, 0 lost, 0 LSNs reused[\s\S]+is answered 200/,
  },
  'npm run attack -- 120': {
    how: 'short form',
    as: 'npm run attack -- --part requests --requests 500',
    why: 'Its queries take two minutes, and on a busy machine reads wait for other programs',
    output: /500 requests: (?!.*\b500 ×)/,
  },
  'npm run test:browser': {
    how: 'elsewhere',
    as: 'node_modules/.bin/node tests/browser/run.ts',
    by: '.ci/run',
    why: 'It needs a browser',
  },
  'npm run test:clients:cosmos': { how: 'exists', why: 'It installs an SDK of another language' },
  'npm run test:clients': { how: 'exists', why: 'It installs SDKs of several gigabytes' },
  'npm run test:clients -- python': { how: 'exists', why: 'It installs an SDK of 760 MB' },
  'npm run test:endurance:notifications': { how: 'exists', why: 'Fifty thousand changes take half an hour' },
  'npm run bench:start': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:world': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:create': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:cosmos': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:cosmos:large': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:query': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:host': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:list': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:get': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:change-feed': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:notifications': { how: 'exists', why: LONG_BENCHMARK },
  'npm run bench:cold-start': { how: 'exists', why: LONG_BENCHMARK },
  'npm run audit': { how: 'exists', why: 'It asks the registry; the workflow CI runs it on every change' },
  'node dist/…': {
    how: 'exists',
    files: ['dist/Health/index.js'],
    why: 'It stands for any built file, which only a host can run',
  },
  'npm install && npm test': {
    how: 'elsewhere',
    as: 'npm test',
    by: '.ci/run',
    why: 'The whole test set takes minutes',
  },
  'npm run check:commands': {
    how: 'elsewhere',
    as: 'npm run check:commands',
    by: '.ci/run',
    why: 'It would run itself',
  },
  'npm run check:commands -- --list': {
    how: 'run',
    output: /README\.md:\d+ npm install/,
  },
  'npm run check:commands -- token': {
    how: 'short form',
    as: 'npm run check:commands -- --list token',
    why: 'It would run itself',
    output: /lazurite token/,
  },
  'npm run check': { how: 'elsewhere', as: 'npm run check', by: '.ci/run', why: 'It takes a minute' },
  'npm run test:package': { how: 'elsewhere', as: 'npm run test:package', by: '.ci/run', why: 'It takes minutes' },
};

/** What a command needs that is not on every machine: `Azure`, `Docker`, or nothing. */
export function serviceNeeded(command: string): 'Azure' | 'Docker' | undefined {
  if (/(?:^|&&|;|\|)\s*(?:azd?|func azure)\s/.test(command)) return 'Azure';
  return /(?:^|&&|;|\|)\s*docker\s/.test(command) ? 'Docker' : undefined;
}
