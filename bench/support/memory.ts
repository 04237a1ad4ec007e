import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  readonly bytes: number;
  /** PSS counts shared pages once over all processes; RSS, where Linux is not at hand, counts them in each. */
  readonly kind: 'PSS' | 'RSS';
  readonly processes: number;
}

/** Memory of the process `root` and all its descendants. */
export function measureMemory(root: number): Memory {
  const pids = descendants(root);
  const kind = process.platform === 'linux' ? 'PSS' : 'RSS';
  const bytes = pids.reduce((sum, pid) => sum + (kind === 'PSS' ? pssOf(pid) : rssOf(pid)), 0);
  return { bytes, kind, processes: pids.length };
}

/** `root` first. */
export function descendants(root: number): readonly number[] {
  const parents = parentOfEach();
  const found = [root];
  // A Set or array that grows while it is walked is walked to its new end.
  for (const parent of found) {
    for (const [pid, ppid] of parents) if (ppid === parent) found.push(pid);
  }
  return found;
}

function parentOfEach(): ReadonlyMap<number, number> {
  if (process.platform === 'linux') return new Map(procPids().map((pid) => [pid, ppidFromProc(pid)]));
  const table = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.map(([pid = 0, ppid = 0]) => [pid, ppid]));
}

function procPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function ppidFromProc(pid: number): number {
  // `pid (name) state ppid …`; the name may hold spaces and parentheses. A process may have ended meanwhile.
  const stat = readIfThere(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function pssOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`))?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

function rssOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1_024;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
