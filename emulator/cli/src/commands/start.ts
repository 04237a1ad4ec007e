import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock, Randomness } from '@lazurite/runtime';
import { CommandError } from '../errors.ts';
import { jsonConsole } from '../output/json-console.ts';
import { createLog } from '../output/log.ts';
import { textConsole } from '../output/text-console.ts';
import { type Stack, startStack } from '../stack.ts';
import { listenForStop } from '../stop-signal.ts';
import type { Terminal } from '../terminal.ts';
import { watchApp } from '../watch-app.ts';

export interface StartFlags {
  readonly port: number;
  readonly cosmosPort: number;
  readonly issuerPort: number;
  readonly address: string;
  readonly dataDir: string;
  readonly inMemory: boolean;
  readonly scriptRoot: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

export interface StartParts {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly version: string;
}

/** Runs the stack until the process is told to stop, then lets requests in flight end. */
export async function start(flags: StartFlags, parts: StartParts): Promise<void> {
  const scriptRoot = resolve(flags.scriptRoot);
  requireFunctionApp(scriptRoot);
  const stop = listenForStop(parts.process);
  const dataDir = flags.inMemory ? undefined : resolve(flags.dataDir);
  const console = flags.json
    ? jsonConsole(parts.terminal, parts.process.pid)
    : textConsole({ ...flags, ...parts, scriptRoot, dataDir });
  const stack = await startStack({
    ...{ scriptRoot, port: flags.port, cosmosPort: flags.cosmosPort, issuerPort: flags.issuerPort },
    ...{ address: flags.address, clock: parts.clock, randomness: parts.randomness, env: parts.process.env },
    ...(dataDir !== undefined && { dataDir }),
    onEvent: (event) => console.report(event),
    log: createLog(parts.terminal, { clock: parts.clock, verbose: flags.verbose }),
  });
  try {
    await console.ready(stack);
    await reloadOnChange({ stack, scriptRoot, clock: parts.clock }, stop.requested);
  } finally {
    await stack.close();
  }
}

interface Watched {
  readonly stack: Stack;
  readonly scriptRoot: string;
  readonly clock: Clock;
}

async function reloadOnChange({ stack, scriptRoot, clock }: Watched, stopped: Promise<void>): Promise<void> {
  // A failed reload is reported as an event; the app as it was goes on.
  const onChange = () => void stack.functions.reload().catch(() => undefined);
  const watching = watchApp(scriptRoot, { clock, onChange });
  await stopped;
  await watching.close();
}

function requireFunctionApp(scriptRoot: string): void {
  if (existsSync(resolve(scriptRoot, 'host.json'))) return;
  const message = `There is no function app in ${scriptRoot}: it has no host.json. Name the app's folder with --script-root`;
  throw new CommandError('NoFunctionApp', message);
}
