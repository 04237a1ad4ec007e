import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, writeFiles } from '../packages/scratch-project.ts';
import type { Step } from './steps.ts';

const STEP_TIMEOUT_MS = 120_000;

/** Types commands into a shell in the folder of a project. */
export class Person {
  readonly #project: string;
  readonly #env: Record<string, string | undefined>;
  #stack: ChildProcess | undefined;

  constructor(project: string, nodeFolder: string) {
    this.#project = project;
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i.test(name),
    );
    const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
    const bin = join(project, 'node_modules/.bin');
    this.#env = { ...Object.fromEntries(kept), PATH: [nodeFolder, bin, ...path].join(delimiter), NO_COLOR: '1' };
  }

  /** Resolves with what went wrong. */
  async take(step: Step): Promise<string | undefined> {
    await writeFiles(this.#project, step.files ?? {});
    if (step.stack === 'stop') return this.stop();
    if (step.stack === 'start') return this.#start(step);
    const { code, output } = await run('sh', ['-c', step.command], { cwd: this.#project, env: this.#env });
    if (code === (step.exitCode ?? 0) && step.shows.test(output)) return undefined;
    return `    ${step.command}\n    ended with ${code}, expected ${step.exitCode ?? 0} and ${step.shows}:\n${output}\n`;
  }

  async #start({ command, shows }: Step): Promise<string | undefined> {
    const options = { cwd: this.#project, env: this.#env, detached: true } as const;
    const child = spawn('sh', ['-c', `exec ${command}`], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#stack = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    const until = Date.now() + STEP_TIMEOUT_MS;
    while (!shows.test(output)) {
      if (child.exitCode !== null || Date.now() > until) return `    ${command} did not show ${shows}:\n${output}\n`;
      await delay(100);
    }
    const file = await readFile(join(this.#project, '.lazurite/run.json'), 'utf8');
    const { functions, cosmos, issuer } = JSON.parse(file) as Record<string, string>; // shown by the steps that use it
    Object.assign(this.#env, { STACK_FUNCTIONS: functions, STACK_COSMOS: cosmos, STACK_ISSUER: issuer });
    return undefined;
  }

  /** As Ctrl-C does. Resolves with what went wrong. */
  async stop(): Promise<string | undefined> {
    const child = this.#stack;
    this.#stack = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return undefined;
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGINT');
    const [code] = await exited;
    return code === 0 ? undefined : `    The stack ended with ${code}\n`;
  }
}
