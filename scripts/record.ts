// `npm run record`: runs what the first page shows, and draws its output as docs/images/first-minute.svg. The program
// must have been built.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '..');
const launcher = join(root, 'emulator/cli/bin/lazurite.js');
const SHOWN_FUNCTIONS = 3;
const WIDTH = 104;
const [CHARACTER_PX, LINE_PX, MARGIN_PX] = [7.8, 18, 16];

interface Block {
  readonly prompt: string;
  readonly lines: readonly string[];
}

const folder = await mkdtemp(join(tmpdir(), 'lazurite-record-'));
const args = [launcher, 'start', '--data-dir', folder];
const stack = spawn(process.execPath, args, {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: plainEnvironment(),
});
try {
  const started = await readStart();
  const token = run(['token', '--data-dir', folder]).trim();
  const reply = await create(started, token);
  const sql = 'SELECT c.chatId, c.status FROM c WHERE c.operationType = "createChat"';
  const found = run(['query', '--data-dir', folder, '--container', 'operations', sql]);
  const blocks = [
    { prompt: 'npm start', lines: started },
    {
      prompt: 'curl -i http://localhost:7071/beta/chats/example/operations -H "Authorization: Bearer $TOKEN" …',
      lines: reply,
    },
    { prompt: `npx lazurite query --container operations '${sql}'`, lines: found.trimEnd().split('\n') },
  ];
  await writeFile(join(root, 'docs/images/first-minute.svg'), toSvg(blocks));
} finally {
  const ended = once(stack, 'exit');
  stack.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function plainEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: '1' };
}

/** The output up to the lines that send a request, with a few of the functions. */
async function readStart(): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stack.stdout })) {
    lines.push(
      line
        .replaceAll('\t', '    ')
        .replace(folder, '.lazurite')
        .replace(/ --data-dir [^)]+/, '')
        .trimEnd(),
    );
    if (line.includes('-d @examples')) break;
  }
  const first = lines.findIndex((line) => line.startsWith('Lazurite '));
  const functions = lines.indexOf('Functions:');
  const endpoints = lines.findIndex((line) => line.startsWith('Functions:  '));
  const listed = lines.slice(functions + 1, endpoints).filter(Boolean);
  const more = `    … and ${listed.length - SHOWN_FUNCTIONS} more`;
  return [
    ...lines.slice(first, functions + 1),
    ...listed.slice(0, SHOWN_FUNCTIONS),
    more,
    '',
    ...lines.slice(endpoints),
  ];
}

async function create(started: readonly string[], token: string): Promise<readonly string[]> {
  const url = /^curl -i (\S+)/m.exec(started.join('\n'))?.[1] ?? '';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = await readFile(join(root, 'examples/create-operation.json'));
  const response = await fetch(url, { method: 'POST', headers, body });
  const location = response.headers.get('location') ?? '';
  const { id, operationType, status } = (await response.json()) as Record<string, string>; // shown as it is
  return [
    `HTTP/1.1 ${response.status} ${response.statusText}`,
    `location: ${location}`,
    '',
    `{ … ${JSON.stringify({ id, operationType, status }).slice(1)}`,
  ];
}

function run(command: readonly string[]): string {
  return execFileSync(process.execPath, [launcher, ...command], { encoding: 'utf8', env: plainEnvironment() });
}

function toSvg(blocks: readonly Block[]): string {
  const rows = blocks.flatMap(({ prompt, lines }, at) => [
    { text: `$ ${prompt}`, block: at, isPrompt: true },
    ...lines.map((text) => ({ text, block: at, isPrompt: false })),
    { text: '', block: at, isPrompt: false },
  ]);
  const [width, height] = [Math.round(WIDTH * CHARACTER_PX + 2 * MARGIN_PX), rows.length * LINE_PX + 2 * MARGIN_PX];
  const texts = rows.map(({ text, block, isPrompt }, at) => {
    const cut = text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
    const y = MARGIN_PX + (at + 1) * LINE_PX - 4;
    return `<text x="${MARGIN_PX}" y="${y}" class="b${block}${isPrompt ? ' p' : ''}">${escapeXml(cut)}</text>`;
  });
  const steps = blocks.map((_, at) => `.b${at}{animation:show .3s ${at * 1.5}s both}`).join('');
  const style = `text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#d6deeb;white-space:pre}.p{fill:#7fdbca;font-weight:bold}@keyframes show{from{opacity:0}}${steps}@media(prefers-reduced-motion){text{animation:none}}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal: npm start, a request, and a query of what it stored"><style>${style}</style><rect width="100%" height="100%" rx="8" fill="#011627"/>${texts.join('')}</svg>\n`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
