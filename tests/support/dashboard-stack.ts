import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ANY_PORTS } from '../../scripts/any-port.ts';

export interface DashboardStack {
  /** Of the functions host. */
  readonly functions: string;
  /** The address of the dashboard, with its token. */
  readonly link: string;
  stop(): Promise<void>;
}

const repositoryRoot = resolve(import.meta.dirname, '../..');

/** Runs a copy of the app of tests/browser, in memory, as a person starts it: the link is printed to nobody else. */
export async function startDashboardStack(): Promise<DashboardStack> {
  const folder = await mkdtemp(join(tmpdir(), 'lazurite-dashboard-'));
  await cp(join(repositoryRoot, 'tests/browser/app'), folder, { recursive: true });
  const launcher = join(repositoryRoot, 'emulator/cli/bin/lazurite.js');
  const child = spawn(process.execPath, [launcher, 'start', '--in-memory', ...ANY_PORTS], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const addresses = await addressesOf(child.stdout);
  return {
    ...addresses,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addressesOf(output: NodeJS.ReadableStream): Promise<Pick<DashboardStack, 'functions' | 'link'>> {
  let [link, functions] = ['', ''];
  for await (const line of createInterface({ input: output })) {
    functions ||= /^Functions:\s+(\S+)/.exec(line)?.[1] ?? '';
    link ||= /^Dashboard:\s+(\S+)/.exec(line)?.[1] ?? '';
    if (line.includes('Host lock lease acquired')) break;
  }
  output.resume();
  if (link === '' || functions === '') throw new Error('The stack has not printed the link of its dashboard');
  return { link, functions };
}
