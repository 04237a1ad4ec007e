import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { documentsOf } from '../../scripts/check-commands/documents.ts';
import { EXPECTATIONS, serviceNeeded } from '../../scripts/check-commands/expectations.ts';
import { extractCommands } from '../../scripts/check-commands/extract.ts';

const scripts = ['bench:get', 'start'];
const root = resolve(__dirname, '../..');

function textsOf(...lines: readonly string[]): string[] {
  return extractCommands(lines.join('\n'), { scripts }).map(({ text }) => text);
}

test.each<[string, string[], string[]]>([
  ['inline code', ['Run `npm start`, then `curl -s http://x/`.'], ['npm start', 'curl -s http://x/']],
  ['inline code over two backticks', ['``npx x `y` ``'], ['npx x `y`']],
  ['a cell of a table', ['| command | what |', '|---|---|', '| `npm run bench:get` | reads |'], ['npm run bench:get']],
  [
    'the name of a script with a colon',
    ['`npm run start`, `bench:get`, `start`'],
    ['npm run start', 'npm run bench:get'],
  ],
  [
    'prompts, and output between them',
    ['```console', '$ npm start', 'npm notice', '$ git status', '```'],
    ['npm start', 'git status'],
  ],
  ['a fence of a shell, whatever the program', ['```sh', 'make all', '```'], ['make all']],
  ['a fence without a language', ['```', 'npm ci', 'POST /beta', '```'], ['npm ci']],
  ['inline code in a plan of folders', ['```', 'a.ts   what `npm run x` starts', '```'], ['npm run x']],
  ['a line that goes on', ['```sh', 'A=1 \\', '  B=2 \\', '  npm start', '```'], ['A=1 B=2 npm start']],
  ['a comment line and one behind', ['```sh', '# first', 'npm ci   # installs', '```'], ['npm ci']],
  ['a description behind two spaces', ['```', 'lazurite start      every flag', '```'], ['lazurite start']],
  ['quotes, kept as they are', ['```sh', `node -e "a  #b"  # c`, '```'], ['node -e "a  #b"']],
  ['a chain', ['`npm ci && npm start`'], ['npm ci && npm start']],
  ['assignments', ["`A=1 B='x y' npm start`"], ["A=1 B='x y' npm start"]],
  ['PowerShell', ['```powershell', "PS C:\\app> $env:A='1'; npm.cmd start", '```'], ["A='1' npm start"]],
  ['PowerShell over two lines', ['```pwsh', 'npm run x `', '  -- y', '```'], ['npm run x -- y']],
  ['cmd', ['```cmd', 'C:\\app> set A=1&& npm start', ':: remark', '```'], ['A=1 npm start']],
  ['a fence in a list', ['1. So:', '', '   ```sh', '   npm ci', '   ```'], ['npm ci']],
  ['the last fence left open', ['```sh', 'npm ci'], ['npm ci']],
])('extractCommands() finds commands in %s', (_, markdown, expected) => {
  expect(textsOf(...markdown)).toEqual(expected);
});

test.each<[string, string[]]>([
  ['a program alone', ['`func` and `node` and `lazurite`']],
  ['a module of Node.js', ['`node:http`, `node:test`']],
  ['code in another language', ['```js', 'npm start', '```', '```json', '{ "a": "npm start" }', '```']],
  ['output without a command', ['```', 'POST /beta/chats', 'HTTP/1.1 201 Created', '```']],
  ['words that begin alike', ['`npmrc file`, `gitignore it`, `azure cli`']],
])('extractCommands() finds no command in %s', (_, markdown) => {
  expect(textsOf(...markdown)).toEqual([]);
});

test('extractCommands() counts lines from 1, in prose and in fences', () => {
  const markdown = ['# A', '', 'one', '`npm ci` two', '', '```', 'text', 'npm start', '```', '', '- `git log`'].join(
    '\r\n',
  );
  expect(extractCommands(markdown, { scripts }).map(({ line }) => line)).toEqual([4, 8, 11]);
});

test.each<[string, string[], string[]]>([
  ['its paragraph', ['`azd up` builds', '(needs Azure).'], ['Azure']],
  ['its row, not the next', ['| `azd up` (needs Azure) |', '| `azd up` |'], ['Azure', '']],
  ['its list item, not the next', ['- `azd up` (needs Azure)', '- `azd up`'], ['Azure', '']],
  [
    'a heading above, until one of its level',
    ['## A (needs Azure)', '### B', '`azd up`', '## C', '`azd up`'],
    ['Azure', ''],
  ],
  ['the paragraph before its fence', ['So (needs Docker):', '', '```', 'docker ps', '```'], ['Docker']],
  ['a comment in its fence', ['```sh', '# needs Docker', 'docker ps', '```'], ['Docker']],
])('a mark holds in %s', (_, markdown, expected) => {
  expect(extractCommands(markdown.join('\n'), { scripts }).map(({ marks }) => marks.join())).toEqual(expected);
});

test.each([
  ['azd up', 'Azure'],
  ['git checkout x && azd provision', 'Azure'],
  ['func azure functionapp publish', 'Azure'],
  ['docker compose up', 'Docker'],
  ['func start', undefined],
  ['npm install --save-dev azurite', undefined],
])('serviceNeeded() of `%s` is %s', (command, service) => {
  expect(serviceNeeded(command)).toBe(service);
});

test('every command that the documents name has a row, and every row has a command', async () => {
  const { scripts: own } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8'));
  const texts = await Promise.all((await documentsOf(root)).map((file) => readFile(resolve(root, file), 'utf8')));
  const commands = texts.flatMap((text) => extractCommands(text, { scripts: Object.keys(own) }));
  const named = commands.map(({ text }) => text).filter((text) => serviceNeeded(text) === undefined);
  expect([...new Set(named)].sort()).toEqual(Object.keys(EXPECTATIONS).sort());
});
