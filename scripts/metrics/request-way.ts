// Which of our files one request runs through, by V8's own coverage of the built program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A stack in a process of its own, with its worker, whose coverage is taken on demand. */
export interface WatchedStack {
  readonly functionsUrl: string;
  readonly cosmosEndpoint: string;
  readonly issuerUrl: string;
  /** The product files with a function that ran while `act` ran, sorted. Timers of the same second are among them. */
  filesRunBy(act: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How long the processes have to write their coverage. */
const WRITING_MS = 2_000;

/** Starts the built program over the function app in `scriptRoot`, on free ports, with its data on disk. */
export async function startWatchedStack(root: string, scriptRoot: string): Promise<WatchedStack> {
  const folder = mkdtempSync(join(tmpdir(), 'request-way-'));
  const coverage = join(folder, 'coverage');
  mkdirSync(coverage);
  const child = startProgram(root, scriptRoot, folder);
  const lines = createInterface({ input: child.stdout });
  const ready = await firstReadyLine(lines);
  const take = async () => {
    const before = new Set(readdirSync(coverage));
    for (const pid of [ready.pid, ...workersOf(ready.pid)]) process.kill(pid, 'SIGUSR2');
    await sleep(WRITING_MS);
    return readdirSync(coverage).filter((file) => !before.has(file));
  };
  return {
    functionsUrl: ready.functions,
    cosmosEndpoint: ready.cosmos,
    issuerUrl: ready.issuer,
    async filesRunBy(act) {
      await take();
      await act();
      const files = (await take()).flatMap((file) => filesOf(join(coverage, file), root));
      return [...new Set(files)].sort();
    },
    async close() {
      child.kill('SIGINT');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startProgram(root: string, scriptRoot: string, folder: string) {
  const preload = pathToFileURL(resolve(import.meta.dirname, 'coverage-on-signal.ts')).href;
  const ports = ['--port', '0', '--cosmos-port', '0', '--issuer-port', '0'];
  const words = [join(root, 'emulator/cli/bin/lazurite.js'), 'start', '--json', ...ports];
  return spawn(process.execPath, [...words, '--data-dir', join(folder, 'data')], {
    cwd: scriptRoot,
    env: {
      ...process.env,
      NODE_V8_COVERAGE: join(folder, 'coverage'),
      NODE_OPTIONS: `--import=${preload}`,
      // A write would wake this app's triggers too, and their files are no part of the request's way.
      CHANGE_NOTIFICATIONS: 'off',
      LRO_LAB: 'off',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

interface ReadyLine {
  readonly functions: string;
  readonly cosmos: string;
  readonly issuer: string;
  readonly pid: number;
}

function firstReadyLine(lines: NodeJS.EventEmitter): Promise<ReadyLine> {
  return new Promise((resolveLine, reject) => {
    lines.on('line', (line: string) => {
      const event: ReadyLine & { event?: string } = JSON.parse(line);
      if (event.event === 'ready') resolveLine(event);
    });
    lines.on('close', () => reject(new Error('The stack ended before it was ready')));
  });
}

/** The worker process; Azurite is a child of the program, too. Linux alone tells a process's children in a file. */
function workersOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('worker/main'));
}

interface Coverage {
  readonly result: readonly { readonly url: string; readonly functions: readonly FunctionCoverage[] }[];
}

interface FunctionCoverage {
  readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
}

/** The sources of the functions that a report of V8 says have run. */
function filesOf(report: string, root: string): readonly string[] {
  const { result }: Coverage = JSON.parse(readFileSync(report, 'utf8'));
  return result
    .filter(({ url }) => url.startsWith('file://'))
    .flatMap(({ url, functions }) => {
      const file = fileURLToPath(url);
      if (file.includes('/node_modules/') || file.startsWith(import.meta.dirname)) return [];
      const source = sourceFinder(file, root);
      const offsets = functions.flatMap(({ ranges: [whole] }) => (whole && whole.count > 0 ? [whole.startOffset] : []));
      return offsets.map(source).filter((path) => path !== undefined);
    });
}

type SourceFinder = (offset: number) => string | undefined;

/** Own sources in a bundle are found by its source map, or by the comments in which esbuild names each file. */
function sourceFinder(bundle: string, root: string): SourceFinder {
  const text = readFileSync(bundle, 'utf8');
  const mapFile = /\n\/\/# sourceMappingURL=(?<name>\S+\.map)\s*$/.exec(text)?.groups?.name;
  return mapFile === undefined
    ? byComments(text)
    : bySourceMap(text, join(bundle, '..', mapFile), (path) => relative(root, path));
}

function byComments(text: string): SourceFinder {
  const marks = [...text.matchAll(/^\/\/ (?<path>\S+\.[cm]?[jt]s)$/gm)];
  return (offset) => {
    const path = marks.findLast(({ index }) => index <= offset)?.groups?.path;
    return path !== undefined && isOwn(path) ? path : undefined;
  };
}

function bySourceMap(text: string, mapFile: string, toPath: (path: string) => string): SourceFinder {
  const map = new SourceMap(JSON.parse(readFileSync(mapFile, 'utf8')));
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    const entry = map.findEntry(line, offset - (starts[line] ?? 0));
    if (!('originalSource' in entry)) return undefined;
    const path = toPath(posix.join(posix.dirname(mapFile), entry.originalSource));
    return isOwn(path) ? path : undefined;
  };
}

/**
 * What every part takes as a parameter (clock, log, randomness), and the command line that only shows what happens, are
 * beside the way.
 */
const BESIDE_THE_WAY = /^emulator\/(?:runtime|cli)\//;

function isOwn(path: string): boolean {
  return path.endsWith('.ts') && !/node_modules\/|^\.\./.test(path) && !BESIDE_THE_WAY.test(path);
}
