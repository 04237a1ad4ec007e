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
import { ANY_PORTS } from '../any-port.ts';

/** A stack in a process of its own, with its worker, whose coverage is taken on demand. */
export interface WatchedStack {
  readonly functionsUrl: string;
  readonly cosmosEndpoint: string;
  readonly issuerUrl: string;
  /** The product files with a function that ran while `act` ran, and does not run while nothing is asked; sorted. */
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
      await sleep(WRITING_MS);
      const idle = new Set((await take()).flatMap((file) => functionsRun(join(coverage, file))).map(toKey));
      await act();
      const run = (await take()).flatMap((file) => functionsRun(join(coverage, file)));
      return sourcesOf(
        run.filter((it) => !idle.has(toKey(it))),
        root,
      );
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
  // What the dashboard records is beside the way.
  const words = [join(root, 'emulator/cli/bin/lazurite.js'), 'start', '--json', ...ANY_PORTS, '--no-dashboard'];
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

interface RunFunction {
  readonly file: string;
  readonly offset: number;
}

/** The functions of our own bundles that a report of V8 says have run. */
function functionsRun(report: string): readonly RunFunction[] {
  const { result }: Coverage = JSON.parse(readFileSync(report, 'utf8'));
  return result
    .filter(({ url }) => url.startsWith('file://'))
    .map(({ url, functions }) => ({ file: fileURLToPath(url), functions }))
    .filter(({ file }) => !file.includes('/node_modules/') && !file.startsWith(import.meta.dirname))
    .flatMap(({ file, functions }) =>
      functions.flatMap(({ ranges: [whole] }) =>
        whole && whole.count > 0 ? [{ file, offset: whole.startOffset }] : [],
      ),
    );
}

function toKey({ file, offset }: RunFunction): string {
  return `${file}:${offset}`;
}

function sourcesOf(functions: readonly RunFunction[], root: string): readonly string[] {
  const finders = new Map<string, SourceFinder>();
  const paths = functions.map(({ file, offset }) => {
    const finder = finders.get(file) ?? sourceFinder(file, root);
    finders.set(file, finder);
    return finder(offset);
  });
  return [...new Set(paths.filter((path) => path !== undefined))].sort();
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
