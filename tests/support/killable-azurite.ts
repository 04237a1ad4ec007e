import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** A storage emulator of our own, which can be killed and started again at the same address, with its data. */
export interface KillableAzurite {
  readonly connectionString: string;
  start(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

const ACCOUNT = 'devstoreaccount1';
/** The emulator's well-known key. */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const SERVICES = ['blob', 'queue', 'table'] as const;

export async function createAzurite(location: string): Promise<KillableAzurite> {
  const ports = await Promise.all(SERVICES.map(freePort));
  const addresses = SERVICES.flatMap((name, index) => [
    `--${name}Host`,
    '127.0.0.1',
    `--${name}Port`,
    String(ports[index]),
  ]);
  const script = join(dirname(createRequire(import.meta.url).resolve('azurite/package.json')), 'dist/src/azurite.js');
  const flags = ['--location', location, '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
  let child: ChildProcess | undefined;
  return {
    connectionString: [
      `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY}`,
      ...SERVICES.map((name, index) => `${capital(name)}Endpoint=http://127.0.0.1:${ports[index]}/${ACCOUNT}`),
    ].join(';'),
    start: async () => {
      child = spawn(process.execPath, [script, ...addresses, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      for await (const chunk of child.stdout ?? []) {
        text += chunk;
        if ((text.match(/successfully listening/g) ?? []).length === SERVICES.length) return;
      }
      throw new Error(`Azurite ended: ${text}`);
    },
    kill: async () => {
      const running = child;
      child = undefined;
      if (!running || running.exitCode !== null) return;
      const exited = once(running, 'exit');
      running.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on a port, never on a pipe
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function capital(word: string): string {
  return word[0]?.toUpperCase() + word.slice(1);
}
