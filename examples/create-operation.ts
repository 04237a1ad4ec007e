// Starts Lazurite in memory on free ports, sends examples/create-operation.json, prints what went over the wire.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startStack } from 'lazurite';

const scriptRoot = resolve(import.meta.dirname, '..');
const body = await readFile(resolve(import.meta.dirname, 'create-operation.json'), 'utf8');
const ports = { clock: systemClock, randomness: systemRandomness, log: silentLog };
const stack = await startStack({ scriptRoot, env: process.env, ...ports });
try {
  const url = new URL('/beta/chats/19:example@thread.v2/operations', stack.functions.url);
  const token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  print([`POST ${url}`, 'Authorization: Bearer …', 'Content-Type: application/json', '', body.trim(), '']);
  const response = await fetch(url, { method: 'POST', headers, body });
  const answer: unknown = await response.json();
  const shown = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  print([`HTTP/1.1 ${response.status} ${response.statusText}`, ...shown, '', JSON.stringify(answer, null, 2)]);
  process.exitCode = response.status === 201 ? 0 : 1;
} finally {
  await stack.close();
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
