import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const repositoryRoot: string = resolve(import.meta.dirname, '../..');
export const launcher: string = resolve(repositoryRoot, 'emulator/cli/bin/lazurite.js');

export interface StartedChild {
  readonly process: ChildProcess;
  /** The first line it wrote to stdout, as JSON. */
  readonly first: Record<string, string | number>;
  stop(): Promise<void>;
}

/** Starts a script of ours with this Node.js and waits for its first line. */
export async function startChild(script: string, args: readonly string[] = []): Promise<StartedChild> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    exited.then(([code]) => Promise.reject(new Error(`${script} ended with ${code} before it was ready`))),
  ]);
  return {
    process: child,
    first: JSON.parse(line) as Record<string, string | number>, // our own scripts write it
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
