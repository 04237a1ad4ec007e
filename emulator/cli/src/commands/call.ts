import { readFile } from 'node:fs/promises';
import type { InvokeOutcome } from '@lazurite/functions';
import { CommandError } from '../errors.ts';
import { findRunningStack } from '../run-file.ts';
import type { Terminal } from '../terminal.ts';
import { requestHost } from './request-host.ts';

export interface CallFlags {
  /** Text, or `@` and the name of a file. */
  readonly data?: string;
  /** Address of the host; absent: that of the stack in the data directory. */
  readonly url?: string;
  readonly dataDir?: string;
  readonly key?: string;
  readonly json: boolean;
}

export interface CallDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
}

/**
 * Calls a function through the admin API of a running host, and prints what came of it. The exit code is 1 when the
 * function failed. Another host than Lazurite answers before the function has ended; then there is no more to tell.
 */
export async function call(name: string, flags: CallFlags, { terminal, process }: CallDependencies): Promise<void> {
  if (flags.url !== undefined && !URL.canParse(flags.url))
    throw new CommandError('InvalidUrl', `--url must be a URL, not '${flags.url}'`);
  const input = await readData(flags.data);
  const running = flags.url === undefined ? await findRunningStack({ ...flags, env: process.env }) : undefined;
  const address = new URL(`/admin/functions/${encodeURIComponent(name)}`, running?.functions ?? flags.url);
  const response = await requestHost(address, {
    method: 'POST',
    headers: { prefer: 'return=representation' },
    body: JSON.stringify(input === undefined ? {} : { input }),
    key: flags.key,
    fingerprint: running?.functionsFingerprint,
  });
  if (response.status === 202) {
    terminal.out(`${name} was called. The host's console tells what came of it\n`);
    return;
  }
  if (response.status !== 200) throw new CommandError('CallRejected', rejection(name, response.status, address.origin));
  const outcome = JSON.parse(response.body) as InvokeOutcome; // only Lazurite answers 200
  terminal.out(flags.json ? `${JSON.stringify(outcome)}\n` : toText(outcome));
  if (outcome.status !== 'succeeded') process.exitCode = 1;
}

async function readData(data: string | undefined): Promise<string | undefined> {
  if (!data?.startsWith('@')) return data;
  return readFile(data.slice(1), 'utf8').catch((cause: unknown) => {
    throw new CommandError('DataFile', `--data ${data}: the file cannot be read`, { cause });
  });
}

function rejection(name: string, status: number | undefined, origin: string): string {
  if (status === 404)
    return `The host at ${origin} has no function '${name}'. It lists those it has at ${origin}/admin/functions`;
  if (status === 401) return `The host at ${origin} asks for its master key. Give it with --key`;
  return `The host at ${origin} answered ${status}`;
}

function toText(outcome: InvokeOutcome): string {
  const status = `Status: ${outcome.status}\n`;
  if (outcome.status === 'not-found') return status;
  const logs = outcome.logs.map(({ level, message }) => `  [${level}] ${message.replaceAll('\n', '\n  ')}\n`);
  const logged = logs.length === 0 ? '' : `Logs:\n${logs.join('')}`;
  if (outcome.status === 'failed') return `${status}Error: ${outcome.error}\n${logged}`;
  const outputs = Object.keys(outcome.outputs).length === 0 ? '' : `Outputs: ${pretty(outcome.outputs)}\n`;
  return `${status}Result: ${pretty(outcome.result)}\n${outputs}${logged}`;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
