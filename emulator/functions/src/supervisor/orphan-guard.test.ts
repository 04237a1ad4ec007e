import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { fixture, isAlive } from '../testing/test-host.ts';

let dataDir: string;
let supervisor: ChildProcess;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-'));
});
afterEach(async () => {
  if (supervisor.exitCode === null && supervisor.signalCode === null) supervisor.kill('SIGKILL');
  await rm(dataDir, { recursive: true });
});

/** A host in a process of its own, which prints its address. */
async function startHostProcess(app = 'v4-races', settings: Record<string, string> = {}): Promise<string> {
  const options = { scriptRoot: fixture(app), port: 0, dataDir };
  const entry = pathToFileURL(fixture('../../index.ts'));
  const script = `
    const { startFunctionsHost } = await import(${JSON.stringify(entry)});
    const host = await startFunctionsHost({ ...${JSON.stringify(options)}, env: { ...process.env, STREAMS: '1', ...${JSON.stringify(settings)} } });
    console.log(host.url);
    process.stdin.once('data', () => host.close().then(() => process.exit()));
  `;
  const nodeOptions = ['--conditions=lazurite-source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...nodeOptions, '--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  supervisor = child;
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return String(url);
}

async function pidOf(url: string): Promise<number> {
  return Number(await (await fetch(`${url}/api/pid`)).text());
}

test.each(['loop', 'endless'])('a worker that is busy (%s) ends when its supervisor is killed', async (name) => {
  const url = await startHostProcess();
  const pid = await pidOf(url);
  const request = get(`${url}/api/${name}`, (response) => response.resume()).on('error', () => undefined);
  await pause(500);
  supervisor.kill('SIGKILL');
  while (isAlive(pid)) await pause(50);
  request.destroy();
  expect(isAlive(pid)).toBe(false);
});

test('the executable of a custom handler ends when its supervisor is killed', async () => {
  const forwarding = { AzureFunctionsJobHost__customHandler__enableForwardingHttpRequest: 'true' };
  const url = await startHostProcess('custom-handler', forwarding);
  const pid = Number(await (await fetch(`${url}/api/hello/pid`)).text());
  expect(isAlive(pid)).toBe(true);
  supervisor.kill('SIGKILL');
  while (isAlive(pid)) await pause(50);
});

test('a host that closes leaves neither its worker nor a guard', async () => {
  const url = await startHostProcess();
  const pid = await pidOf(url);
  const ended = once(supervisor, 'exit');
  supervisor.stdin?.write('close\n');
  expect((await ended)[0]).toBe(0);
  expect(isAlive(pid)).toBe(false);
});
