// Sends requests with generated hosts, origins, methods and batches to a running stack. All of them name one chat; another chat, on
// which nothing may change, is compared before and after.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Picker } from '../../emulator/cosmos/src/testing/corruption/corruptions.ts';
import { ANY_PORTS } from '../any-port.ts';
import type { Findings } from './findings.ts';

const root = resolve(import.meta.dirname, '../..');
const TENANT = '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11';
const OWN = '/beta/chats/attacked/operations';
const OTHER = '/beta/chats/witness/operations';
/** How many requests are on their way at once. */
const PARALLEL = 8;

export interface RequestAttackOptions {
  readonly requests: number;
  readonly seed: number;
}

export async function attackWithRequests({ requests, seed }: RequestAttackOptions): Promise<Findings> {
  const dataDir = mkdtempSync(join(tmpdir(), 'lazurite-attack-'));
  const child = startStack(dataDir);
  try {
    const stack = await readyStack(child);
    const ids = [await create(stack, OWN), await create(stack, OTHER)] as const;
    const before = await contentOf(stack, OTHER);
    const pick = new Picker(seed);
    const statuses = new Map<number, number>();
    const failed: string[] = [];
    let left = requests;
    const sendAll = async () => {
      while (left > 0) {
        left -= 1;
        const sent = generatedRequest(pick, ids);
        const { status } = await send(stack, sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 500) failed.push(`${sent.method} ${sent.path} ${JSON.stringify(sent.headers)}`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, sendAll));
    const hasChanged = (await contentOf(stack, OTHER)) !== before;
    return {
      lines: [
        `${requests} requests: ${[...statuses]
          .sort()
          .map((entry) => entry.join(' × '))
          .join(', ')}`,
      ],
      faults: [
        ...failed.slice(0, 10).map((one) => `500 for ${one}`),
        ...(hasChanged ? ['a chat has changed that no path names'] : []),
        ...(child.exitCode === null ? [] : ['the stack has ended']),
      ],
    };
  } finally {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Stack {
  readonly url: URL;
  readonly token: string;
}

function startStack(dataDir: string): ChildProcess {
  const words = [join(root, 'emulator/cli/bin/lazurite.js'), 'start', '--json', ...ANY_PORTS, '--data-dir', dataDir];
  const env = { ...process.env, CHANGE_NOTIFICATIONS: 'off', LRO_LAB: 'off' };
  return spawn(process.execPath, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function readyStack({ stdout }: ChildProcess): Promise<Stack> {
  if (!stdout) throw new Error('The stack has no standard output');
  for await (const line of createInterface({ input: stdout })) {
    const { event, functions, issuer }: { event?: string; functions: string; issuer: string } = JSON.parse(line);
    if (event !== 'ready') continue;
    stdout.resume(); // so that the stack can go on writing
    const form = new URLSearchParams({ grant_type: 'client_credentials', scopes: 'Chat.ReadWrite' });
    const response = await fetch(new URL(`/${TENANT}/oauth2/v2.0/token`, issuer), { method: 'POST', body: form });
    const { access_token: token } = (await response.json()) as { access_token: string }; // as the issuer writes it
    return { url: new URL(functions), token };
  }
  throw new Error('The stack ended before it was ready');
}

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function send({ url, token }: Stack, { method, path, headers, body }: SentRequest) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolveResponse) => {
    const sent = request({
      port: url.port,
      host: '127.0.0.1',
      method,
      path,
      setHost: false,
      headers: { host: url.host, authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });
    sent.on('error', () => resolveResponse({ status: 0, text: '' }));
    sent.on('connect', (response, socket) => {
      socket.destroy();
      resolveResponse({ status: response.statusCode ?? 0, text: '' });
    });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolveResponse({ status: response.statusCode ?? 0, text }));
      response.on('error', () => resolveResponse({ status: 0, text }));
    });
    sent.end(body);
  });
}

const OPERATION = JSON.stringify({
  '@odata.type': '#Microsoft.Teams.GraphSvc.teamsAsyncOperation',
  operationType: 'createChat',
  status: 'inProgress',
  lastActionDateTime: '2026-01-01T00:00:00Z',
  attemptsCount: 1,
});

async function create(stack: Stack, path: string): Promise<string> {
  const { status, text } = await send(stack, { method: 'POST', path, headers: {}, body: OPERATION });
  if (status !== 201) throw new Error(`The create was answered ${status}: ${text}`);
  const { id }: { id: string } = JSON.parse(text);
  return id;
}

async function contentOf(stack: Stack, path: string): Promise<string> {
  return (await send(stack, { method: 'GET', path, headers: {} })).text;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND'];

function generatedRequest(pick: Picker, [own, other]: readonly [string, string]): SentRequest {
  const method = pick.among(METHODS.filter((name) => name !== 'CONNECT'));
  const hosts = [
    `x${OTHER}/${other}#`,
    `x${OTHER}/${other}?`,
    'a@b',
    '[::1',
    ':80',
    'ex ample',
    '1.1.1.1:80:80',
    'localhost:99999',
    'attacker.example',
    'localhost',
    '127.0.0.1',
  ];
  const headers: Record<string, string> = {};
  if (pick.among([true, false])) headers.host = pick.among(hosts);
  if (pick.among([true, false]))
    headers.origin = pick.among(['http://attacker.example', 'null', 'http://localhost', 'a b', '']);
  if (pick.among([true, false, false])) headers['x-forwarded-host'] = pick.among(hosts);
  if (pick.among([true, false, false])) headers['x-original-url'] = `${OTHER}/${other}`;
  if (pick.among([true, false, false])) headers['x-http-method-override'] = 'DELETE';
  if (pick.among([true, false, false]))
    return { method: 'POST', path: '/beta/$batch', headers, body: batchOf(pick, own) };
  const path = pick.among([
    OWN,
    `${OWN}/${own}`,
    `${OWN}/${own}?$select=id`,
    `${OWN}/%2e%2e/x`,
    `${OWN}/$count`,
    `${OWN}/nobody`,
  ]);
  return {
    method,
    path,
    headers,
    ...(method !== 'GET' && method !== 'HEAD' && { body: pick.among([OPERATION, '{}', '[', '']) }),
  };
}

function batchOf(pick: Picker, own: string): string {
  const requests = Array.from({ length: pick.among([1, 2, 5]) }, (_, index) => ({
    id: pick.among([String(index), '0']),
    method: pick.among(METHODS),
    url: pick.among([
      '/chats/attacked/operations',
      `/chats/attacked/operations/${own}`,
      '/nowhere',
      '//x',
      'chats',
      '',
    ]),
    headers: pick.among([{ 'content-type': 'application/json' }, { host: 'attacker.example' }, {}]),
    ...(pick.among([true, false]) && { body: pick.among<unknown>([JSON.parse(OPERATION), {}, null, 'text']) }),
    ...(pick.among([true, false, false]) && { dependsOn: [pick.among(['0', '1', 'x'])] }),
  }));
  return JSON.stringify(pick.among<unknown>([{ requests }, { requests }, { requests }, {}, { requests: 1 }, []]));
}
