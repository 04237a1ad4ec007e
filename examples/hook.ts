// Starts Lazurite in memory on free ports, and a receiver; subscribes; creates an operation that the simulator brings to
// its end; prints each notification as it arrives, and what OperationHook says of it.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startStack } from 'lazurite';

const CHAT = '19:example@thread.v2';
const CLIENT_STATE = 'only we two know this';
const HOUR_MS = 60 * 60_000;
const TIMEOUT_MS = 60_000;

const succeeded = Promise.withResolvers<void>();
const hook = Promise.withResolvers<void>();
const receiver = createServer((request, response) => {
  const token = new URL(request.url ?? '', 'http://receiver').searchParams.get('validationToken');
  if (token !== null) {
    print(['The service asks whether we want notifications; we echo its token']);
    response.writeHead(200, { 'content-type': 'text/plain' }).end(token);
    return;
  }
  // First the answer, then the work: who takes longer than three seconds is sent the same again.
  response.writeHead(202).end();
  void receive(request);
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const { port } = receiver.address() as AddressInfo; // listening on a port, never on a pipe

const stack = await startStack({
  scriptRoot: resolve(import.meta.dirname, '..'),
  env: { ...process.env, OPERATION_HOOK: 'on', LRO_LAB: 'on', NOTIFICATION_PRIVATE_TARGETS: 'allow' },
  clock: systemClock,
  randomness: systemRandomness,
  log: silentLog,
  onEvent: (event) => {
    if (event.type === 'log' && event.functionName === 'OperationHook') hookSaid(event.message);
  },
});
const token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'] });
const timer = setTimeout(() => succeeded.reject(new Error('Nothing has arrived for a minute')), TIMEOUT_MS);
try {
  const subscription = await send('POST', '/subscriptions', {
    changeType: 'created,updated,deleted',
    resource: `chats/${CHAT}/operations`,
    notificationUrl: `http://127.0.0.1:${port}/notifications`,
    expirationDateTime: new Date(Date.now() + HOUR_MS / 2).toISOString(),
    clientState: CLIENT_STATE,
  });
  print([`Subscribed: ${subscription.id}`]);
  const body = await readFile(resolve(import.meta.dirname, 'create-operation.json'), 'utf8');
  const operation = await send('POST', `/chats/${CHAT}/operations`, JSON.parse(body), {
    prefer: 'lro-scenario=quick-success',
  });
  print([`Created: ${operation.id}, ${operation.status}`]);
  await Promise.all([succeeded.promise, hook.promise]);
  await send('DELETE', `/subscriptions/${subscription.id}`);
} finally {
  clearTimeout(timer);
  receiver.closeAllConnections();
  receiver.close();
  await stack.close();
}

/** A notification says what changed and not how: the operation itself is read, as far as we may. */
async function receive(request: IncomingMessage): Promise<void> {
  let text = '';
  for await (const chunk of request) text += chunk;
  for (const notification of JSON.parse(text).value) {
    if (notification.clientState !== CLIENT_STATE) continue; // somebody else sent it
    const { status } = await send('GET', `/${notification.resource}`);
    print([`Received: ${notification.changeType} ${notification.resource}; it is ${status} by now`]);
    if (status === 'succeeded' && notification.changeType === 'updated') succeeded.resolve();
  }
}

function hookSaid(message: string): void {
  if (!message.includes('succeeded')) return;
  print([`OperationHook: ${message}`]);
  hook.resolve();
}

async function send(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${stack.functions.url}/beta${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${answer}`);
  return answer === '' ? {} : JSON.parse(answer);
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
