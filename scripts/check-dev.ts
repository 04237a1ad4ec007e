// `npm run test:dev [-- TIMES]`: works with `npm run dev` in a fresh clone as a developer does, once or TIMES times. Saves
// changes of the app and of the emulator, breaks and repairs both, ends it as Ctrl-C does and starts it again.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_PORTS } from './any-port.ts';

const root = resolve(import.meta.dirname, '..');
const times = Number(process.argv[2] ?? 1);
/** How long any single thing may take on a busy machine. */
const MAX_WAIT_MS = 180_000;
const POLL_MS = 100;
const APP_SOURCE = 'functions/service/Health/handler.ts';
const EMULATOR_SOURCE = 'emulator/cli/src/output/json-console.ts';

interface Session {
  readonly child: ChildProcess;
  /** All `ready` events: one for each start of the stack. */
  readonly ready: { schemaVersion: number; functions: string }[];
  output: string;
}

let passed = 0;
for (let round = 1; round <= times; round += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'lazurite-dev-'));
  let session: Session | undefined;
  try {
    cloneInto(folder);
    session = await startDev(folder);
    await workWith(session, folder);
    await stop(session, folder, 'group');
    session = await startDev(folder);
    await until('The health of the app from a built tree', session, (it) => serves(it, 'repaired'));
    await stop(session, folder, 'npm');
    passed += 1;
    process.stdout.write(`${round} of ${times}: passed\n`);
  } catch (error) {
    process.stdout.write(
      `${round} of ${times}: ${error instanceof Error ? error.message : error}\n${session?.output}\n`,
    );
    process.exitCode = 1;
  } finally {
    for (const line of processesIn(folder)) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
process.stdout.write(`npm run dev: ${passed} of ${times}\n`);

/** The committed tree and the packages of this one; its own workspaces, not ours. */
function cloneInto(folder: string): void {
  execFileSync('git', ['clone', '--quiet', root, folder]);
  linkPackages(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'emulator'))) {
    linkPackages(join(root, 'emulator', name, 'node_modules'), join(folder, 'emulator', name, 'node_modules'));
  }
}

function linkPackages(from: string, to: string): void {
  if (!existsSync(from)) return;
  const entries = readdirSync(from, { withFileTypes: true, encoding: 'utf8' }).filter(isPackageOrScope);
  if (entries.length > 0) mkdirSync(to, { recursive: true });
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.name.startsWith('@')) linkPackages(source, target);
    else symlinkSync(entry.isSymbolicLink() ? readlinkSync(source) : source, target, 'junction');
  }
}

function isPackageOrScope({ name }: { readonly name: string }): boolean {
  return name === '.bin' || !name.startsWith('.');
}

async function startDev(folder: string): Promise<Session> {
  const child = spawn('npm', ['run', 'dev', '--silent', '--', '--json', ...ANY_PORTS], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const session: Session = { child, ready: [], output: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => (session.output += text));
  createInterface({ input: child.stdout }).on('line', (line) => {
    session.output += `${line}\n`;
    if (!line.startsWith('{')) return;
    const event: { event: string; schemaVersion: number; functions: string } = JSON.parse(line);
    if (event.event === 'ready') session.ready.push(event);
  });
  await until('The first start', session, ({ ready }) => ready.length > 0);
  return session;
}

async function workWith(session: Session, folder: string): Promise<void> {
  const [appFile, emulatorFile] = [join(folder, APP_SOURCE), join(folder, EMULATOR_SOURCE)];
  const [app, emulator] = [readFileSync(appFile, 'utf8'), readFileSync(emulatorFile, 'utf8')];
  await until('The health of the app', session, (it) => serves(it, 'ok'));
  if (session.ready.length !== 1) throw new Error(`The stack started ${session.ready.length} times, expected once`);

  writeFileSync(appFile, edit(app, "'ok'", "'changed'"));
  await until('A change of the app', session, (it) => serves(it, 'changed'));

  writeFileSync(emulatorFile, edit(emulator, 'SCHEMA_VERSION = 1', 'SCHEMA_VERSION = 2'));
  await until('A change of the emulator', session, ({ ready }) => ready.at(-1)?.schemaVersion === 2);
  await until('The app on the changed emulator', session, (it) => serves(it, 'changed'));

  const breakIn = async (file: string, text: string, source: string) => {
    const { length } = session.output;
    writeFileSync(file, `${text}\nexport const broken = ;\n`);
    await until(`The message of a syntax error in ${source}`, session, ({ output }) =>
      output.slice(length).includes(`${source}:`),
    );
    await until(`The app while ${source} is broken`, session, (it) => serves(it, 'changed'));
  };
  await breakIn(appFile, app, APP_SOURCE);
  await breakIn(emulatorFile, emulator, EMULATOR_SOURCE);

  writeFileSync(appFile, edit(app, "'ok'", "'repaired'"));
  await until('The repaired app', session, (it) => serves(it, 'repaired'));
  writeFileSync(emulatorFile, edit(emulator, 'SCHEMA_VERSION = 1', 'SCHEMA_VERSION = 3'));
  await until('The repaired emulator', session, ({ ready }) => ready.at(-1)?.schemaVersion === 3);
  await until('The repaired app on the repaired emulator', session, (it) => serves(it, 'repaired'));
}

function edit(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`Nothing to change: ${from} is not in the source`);
  return text.replace(from, to);
}

async function serves({ ready }: Session, status: string): Promise<boolean> {
  const response = await fetch(`${ready.at(-1)?.functions}/beta/health`).catch(() => undefined);
  return response?.ok === true && (await response.text()).includes(`"${status}"`);
}

/** Ctrl-C in a terminal reaches every process of the group, a service manager's signal the first alone. */
async function stop({ child }: Session, folder: string, whom: 'group' | 'npm'): Promise<void> {
  if (whom === 'npm') child.kill('SIGTERM');
  else if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  const deadline = Date.now() + MAX_WAIT_MS;
  let left = processesIn(folder);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(POLL_MS);
    left = processesIn(folder);
  }
  if (left.length > 0) throw new Error(`After its end these processes are left:\n${left.join('\n')}`);
}

/** The processes that work in a folder, or that were started with a path in it: id, parent, state and command. */
function processesIn(folder: string): readonly string[] {
  const list = execFileSync('ps', ['-eo', 'pid=,ppid=,state=,args='], { encoding: 'utf8' }).split('\n');
  return list.filter((line) => {
    const pid = Number.parseInt(line, 10);
    return pid !== process.pid && (line.includes(folder) || workingFolder(pid).startsWith(folder));
  });
}

/** Empty where the system does not say. */
function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

async function until(what: string, session: Session, holds: (session: Session) => boolean | Promise<boolean>) {
  const deadline = Date.now() + MAX_WAIT_MS;
  while (!(await holds(session))) {
    if (session.child.exitCode !== null) throw new Error(`${what}: npm run dev ended with ${session.child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`${what}: not seen within ${MAX_WAIT_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}
