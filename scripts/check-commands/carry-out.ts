// Carries the rows of the table out, one after the other: documents name fixed ports, which two cannot have at once.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Elsewhere,
  EXPECTATIONS,
  type Exists,
  type Expectation,
  FIXED_PORTS,
  type Run,
  type StartAndStop,
} from './expectations.ts';
import { type Scratch, strangersEnvironment } from './scratch.ts';
import { isTaken, processesBelow, type Running, runToEnd, type ShellOptions, startInShell, tail } from './shell.ts';

const TIMEOUT_MS = 180_000;
const STEP_TIMEOUT_MS = 60_000;
const STEP_PAUSE_MS = 200;
/** What one command leaves in files of the repository must not decide about the next: `npm install` can rewrite the lock file. */
const RESTORE = 'git checkout --quiet -- .';
const PORT_TIMEOUT_MS = 10_000;

export interface CarryOutOptions {
  readonly scratch: Scratch;
  readonly scripts: Readonly<Record<string, string>>;
  /** The text of `.ci/run`. */
  readonly ci: string;
  report(outcome: Outcome): void;
}

export interface Outcome {
  readonly command: string;
  readonly how: Expectation['how'];
  readonly milliseconds: number;
  /** What is wrong; undefined where nothing is. */
  readonly fault?: string;
}

export async function carryOut(commands: readonly string[], options: CarryOutOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const command of inOrder(commands)) {
    const expectation = EXPECTATIONS[command];
    if (expectation === undefined) continue;
    const beside = commands.filter((other) => besideOf(other) === command);
    const startedAt = performance.now();
    const before = outcomes.length;
    const add = (of: string, since: number, fault: string | undefined): void => {
      const how = EXPECTATIONS[of]?.how ?? expectation.how;
      const outcome: Outcome = {
        command: of,
        how,
        milliseconds: performance.now() - since,
        ...(fault !== undefined && { fault }),
      };
      outcomes.push(outcome);
      options.report(outcome);
    };
    const whileStarted = async (): Promise<void> => {
      for (const other of beside) {
        const since = performance.now();
        add(other, since, await faultOf(() => carryOutOne(other, options)));
      }
    };
    const fault = await faultOf(() => carryOutOne(command, options, whileStarted));
    await runToEnd(RESTORE, shellOptions(options.scratch, {}));
    for (const other of beside.slice(outcomes.length - before)) {
      add(other, performance.now(), `\`${command}\` did not start, beside which it runs`);
    }
    if (commands.includes(command)) add(command, startedAt, fault);
  }
  return outcomes;
}

/** Those that run beside another are carried out with it, in its place. */
function inOrder(commands: readonly string[]): string[] {
  return [...new Set(commands.map((command) => besideOf(command) ?? command))];
}

function besideOf(command: string): string | undefined {
  const expectation = EXPECTATIONS[command];
  return expectation !== undefined && 'beside' in expectation ? expectation.beside : undefined;
}

async function faultOf(work: () => Promise<void>): Promise<string | undefined> {
  return work().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

async function carryOutOne(
  command: string,
  options: CarryOutOptions,
  whileStarted?: () => Promise<void>,
): Promise<void> {
  const expectation = EXPECTATIONS[command];
  switch (expectation?.how) {
    case 'run':
    case 'short form':
      return run(command, expectation, options.scratch);
    case 'start and stop':
      return startAndStop(command, expectation, { scratch: options.scratch, whileStarted });
    case 'exists':
      return checkThatItExists(command, expectation, options);
    case 'elsewhere':
      return checkThatItRunsElsewhere(expectation, options.ci);
  }
}

async function run(command: string, expectation: Run, scratch: Scratch): Promise<void> {
  const shell = shellOptions(scratch, expectation);
  const { exitCode, output } = await runToEnd(expectation.as ?? command, shell);
  const wanted = expectation.exitCode ?? 0;
  if (exitCode !== wanted) throw new Error(`It ended with ${exitCode}, not with ${wanted}${tail(output)}`);
  if (!expectation.output.test(output)) throw new Error(`It did not print ${expectation.output}${tail(output)}`);
  checkThatItMade(expectation.makes, shell.cwd);
  if (expectation.afterwards === undefined) return;
  const after = await runToEnd(expectation.afterwards, shell);
  if (after.exitCode !== 0)
    throw new Error(`Afterwards \`${expectation.afterwards}\` ended with ${after.exitCode}${tail(after.output)}`);
}

interface StartOptions {
  readonly scratch: Scratch;
  readonly whileStarted: (() => Promise<void>) | undefined;
}

async function startAndStop(command: string, expectation: StartAndStop, options: StartOptions): Promise<void> {
  const shell = shellOptions(options.scratch, expectation);
  await checkThatPortsAreFree();
  const running = startInShell(expectation.as ?? command, shell);
  try {
    await running.waitFor(expectation.ready);
    for (const step of expectation.steps) await takeStep(step, running, shell);
    if (expectation.prints !== undefined) await running.waitFor(expectation.prints);
    checkThatItMade(expectation.makes, shell.cwd);
    await options.whileStarted?.();
    await running.interrupt();
  } finally {
    await running.kill();
  }
  const left = await processesBelow(options.scratch.root);
  if (left.length > 0) throw new Error(`Ctrl-C left the processes ${left.join(', ')}`);
}

async function takeStep(step: StartAndStop['steps'][number], running: Running, shell: ShellOptions): Promise<void> {
  const env = { ...shell.env, PRINTED_CURL: /^TOKEN=.*\ncurl (?:.*\\\n)*.*$/m.exec(running.output())?.[0] ?? '' };
  const until = Date.now() + STEP_TIMEOUT_MS;
  for (;;) {
    const { output } = await runToEnd(step.command, { ...shell, env, timeoutMs: STEP_TIMEOUT_MS });
    if (step.shows.test(output)) return;
    if (Date.now() > until) {
      throw new Error(
        `While it ran, \`${step.command}\` did not show ${step.shows}${tail(output)}\n    It${tail(running.output()).slice(5)}`,
      );
    }
    await delay(STEP_PAUSE_MS);
  }
}

async function checkThatPortsAreFree(): Promise<void> {
  const until = Date.now() + PORT_TIMEOUT_MS;
  for (;;) {
    const states = await Promise.all(FIXED_PORTS.map(isTaken));
    const taken = FIXED_PORTS.filter((_, at) => states[at]);
    if (taken.length === 0) return;
    if (Date.now() > until) {
      throw new Error(
        `Something else listens on port ${taken.join(', ')} of 127.0.0.1, which the documents name; end it and run the check again`,
      );
    }
    await delay(STEP_PAUSE_MS);
  }
}

function checkThatItMade(files: readonly string[] | undefined, folder: string): void {
  const missing = files?.filter((file) => !existsSync(join(folder, file))) ?? [];
  if (missing.length > 0) throw new Error(`It did not make ${missing.join(', ')}`);
}

/** The script and those that npm runs before it name files; each is there and is read by Node.js without a mistake. */
async function checkThatItExists(command: string, { files = [] }: Exists, options: CarryOutOptions): Promise<void> {
  const { scratch, scripts } = options;
  const script = /^npm run (\S+)$/.exec(command)?.[1];
  if (script !== undefined && scripts[script] === undefined) throw new Error(`package.json has no script '${script}'`);
  const text = script === undefined ? '' : `${scripts[`pre${script}`] ?? ''} ${scripts[script]}`;
  const named = [...text.matchAll(/[\w./-]+\.[tj]s\b/g)].map(([file]) => file);
  checkThatItMade([...files, ...named], scratch.clone);
  for (const file of named) {
    const { exitCode, output } = await runToEnd(`node --check ${file}`, shellOptions(scratch, {}));
    if (exitCode !== 0) throw new Error(`Node.js cannot read ${file}${tail(output)}`);
  }
}

async function checkThatItRunsElsewhere({ as, by }: Elsewhere, ci: string): Promise<void> {
  if (by === '.ci/run' ? !ci.split('\n').some((line) => line.startsWith(as)) : !Object.hasOwn(EXPECTATIONS, as)) {
    throw new Error(`${by === 'row' ? 'The table' : by} does not run \`${as}\``);
  }
}

function shellOptions(scratch: Scratch, { in: place = 'clone' }: Pick<Run, 'in'>): ShellOptions {
  return { cwd: scratch[place], env: strangersEnvironment(scratch), timeoutMs: TIMEOUT_MS };
}
