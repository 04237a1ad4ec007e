import { readFile } from 'node:fs/promises';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface CallFlags {
  /** Text, or `@` and the name of a file. */
  readonly data?: string;
  /** Address of the host. */
  readonly url: string;
  readonly key?: string;
}

/** Calls a function through the admin API of a running host, which answers before the function has ended. */
export async function call(name: string, flags: CallFlags, terminal: Terminal): Promise<void> {
  if (!URL.canParse(flags.url)) throw new CommandError('InvalidUrl', `--url must be a URL, not '${flags.url}'`);
  const address = new URL(`/admin/functions/${encodeURIComponent(name)}`, flags.url);
  const input = await readData(flags.data);
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(flags.key !== undefined && { 'x-functions-key': flags.key }) },
    body: JSON.stringify(input === undefined ? {} : { input }),
  }).catch((cause: unknown) => {
    const message = `No functions host answers at ${address.origin}. Start one with \`lazurite start\`, or name it with --url`;
    throw new CommandError('NoHost', message, { cause });
  });
  if (response.status !== 202) throw new CommandError('CallRefused', refusal(name, response.status, address.origin));
  terminal.out(`${name} was called. The host's console tells what came of it\n`);
}

async function readData(data: string | undefined): Promise<string | undefined> {
  if (!data?.startsWith('@')) return data;
  return readFile(data.slice(1), 'utf8').catch((cause: unknown) => {
    throw new CommandError('DataFile', `--data ${data}: the file cannot be read`, { cause });
  });
}

function refusal(name: string, status: number, origin: string): string {
  if (status === 404)
    return `The host at ${origin} has no function '${name}'. It lists those it has at ${origin}/admin/functions`;
  if (status === 401) return `The host at ${origin} asks for its master key. Give it with --key`;
  return `The host at ${origin} answered ${status}`;
}
