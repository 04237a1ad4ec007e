// Plays one session of each SDK of another language with a Cosmos server over TLS: `npm run test:clients:cosmos -- [language…]`. A language
// whose toolchain is not on this machine is skipped with one line. Exit code 1: a session failed.
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CosmosServer, startCosmos } from '../../emulator/cosmos/src/index.ts';

interface Client {
  /** The program that must be there, with the argument that shows its version. */
  readonly toolchain: readonly [string, string];
  /** Commands that are run in turn in a copy of the folder; the last one is the session. */
  readonly commands: readonly (readonly string[])[];
}

const PYTHON = process.platform === 'win32' ? 'venv/Scripts/python' : 'venv/bin/python';

const CLIENTS: Readonly<Record<string, Client>> = {
  python: {
    toolchain: ['python3', '--version'],
    commands: [
      ['python3', '-m', 'venv', 'venv'],
      [PYTHON, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'],
      // The SDK accepts every certificate of this machine, and warns at each connection.
      [PYTHON, '-W', 'ignore', 'session.py'],
    ],
  },
};

/** A session that takes longer has failed. */
const MAX_SESSION_MS = 10 * 60_000;

const asked = process.argv.slice(2);
const work = await mkdtemp(join(tmpdir(), 'cosmos-clients-'));
const server = await startCosmos({ dataDir: join(work, 'data'), tls: true });
console.log(`Cosmos DB: ${server.endpoint}\nTrust it:  ${server.certificate?.trustCommand}`);
let failed = false;
try {
  for (const [language, client] of Object.entries(CLIENTS)) {
    if (asked.length > 0 && !asked.includes(language)) continue;
    const outcome = await play(language, client);
    failed ||= outcome === 'failed';
    console.log(`${language}: ${outcome}`);
  }
} finally {
  await server.close();
  await rm(work, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

async function play(language: string, { toolchain, commands }: Client): Promise<string> {
  const [program, version] = toolchain;
  if (spawnSync(program, [version]).status !== 0) return `skipped, ${program} is not on this machine`;
  const folder = join(work, language);
  await cp(join(import.meta.dirname, `cosmos-${language}`), folder, { recursive: true });
  for (const command of commands) if (!(await succeeds(command, folder, server))) return 'failed';
  return 'passed';
}

function succeeds([program = '', ...args]: readonly string[], folder: string, account: CosmosServer): Promise<boolean> {
  const env = {
    ...process.env,
    COSMOS_ENDPOINT: account.endpoint,
    COSMOS_KEY: account.key,
    COSMOS_CERTIFICATE: account.certificate?.path,
  };
  const started = spawn(program, args, { cwd: folder, env, stdio: 'inherit', timeout: MAX_SESSION_MS });
  return new Promise((resolve, reject) => {
    started.once('error', reject);
    started.once('exit', (code) => resolve(code === 0));
  });
}
