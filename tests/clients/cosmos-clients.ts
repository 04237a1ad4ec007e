// Plays one session of each SDK of another language with a Cosmos server, over HTTP and over TLS:
// `npm run test:clients:cosmos -- [client…]`. A client whose toolchain is not on this machine is skipped with one line. Exit code 1:
// a session failed.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CosmosServer, startCosmos } from '../../emulator/cosmos/src/index.ts';

type Command = readonly string[];

interface Client {
  /** Prints a version where the toolchain is there. */
  readonly probe: Command;
  /** Run in turn in a copy of the folder `cosmos-{name}`. */
  readonly install: readonly Command[];
  /** Run in turn for each server; the last one is the session. `@classpath` is the content of that file. */
  readonly play: readonly Command[];
}

const PYTHON = process.platform === 'win32' ? 'venv/Scripts/python' : 'venv/bin/python';

const OF_PYTHON: Client = {
  probe: ['python3', '--version'],
  install: [
    ['python3', '-m', 'venv', 'venv'],
    [PYTHON, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt'],
  ],
  // The SDK accepts every certificate of this machine, and warns at each connection.
  play: [[PYTHON, '-W', 'ignore', 'session.py']],
};

const TRUST_STORE = ['-keystore', 'trust.p12', '-storetype', 'PKCS12', '-storepass', 'changeit'];

const CLIENTS: Readonly<Record<string, Client>> = {
  python: OF_PYTHON,
  'python-3': OF_PYTHON,
  java: {
    probe: ['mvn', '--version'],
    install: [['mvn', '--quiet', '--batch-mode', 'dependency:build-classpath', '-Dmdep.outputFile=classpath']],
    play: [
      ['keytool', '-importcert', '-noprompt', '-alias', 'cosmos', '-file', '@certificate', ...TRUST_STORE],
      [
        'java',
        '-DCOSMOS.HTTP_CONNECTION_WITHOUT_TLS_ALLOWED=true',
        '-Djavax.net.ssl.trustStore=trust.p12',
        '-Djavax.net.ssl.trustStorePassword=changeit',
        '-cp',
        '@classpath',
        'Session.java',
      ],
    ],
  },
  go: {
    probe: ['go', 'version'],
    install: [['go', 'build', '-o', 'session.exe', '.']],
    play: [['./session.exe']],
  },
};

/** A command that takes longer has failed. */
const MAX_COMMAND_MS = 15 * 60_000;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in CLIENTS));
if (unknown.length > 0)
  throw new Error(`There is no client '${unknown.join(', ')}'. There are: ${Object.keys(CLIENTS).join(', ')}`);
const work = await mkdtemp(join(tmpdir(), 'cosmos-clients-'));
const plain = await startCosmos();
const secure = await startCosmos({ dataDir: join(work, 'data'), tls: true });
const { path: certificate = '', trustCommand } = secure.certificate ?? {};
console.log(`Cosmos DB: ${plain.endpoint} and ${secure.endpoint}\nTrust it:  ${trustCommand}`);
let failed = false;
try {
  for (const [name, client] of Object.entries(CLIENTS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const outcome = await play(name, client);
    failed ||= outcome === 'failed';
    console.log(`${name}: ${outcome}`);
  }
} finally {
  await Promise.all([plain.close(), secure.close()]);
  await rm(work, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

async function play(name: string, { probe, install, play: session }: Client): Promise<string> {
  const [program = '', ...rest] = probe;
  if (spawnSync(program, rest).status !== 0) return `skipped, ${program} is not on this machine`;
  const folder = join(work, name);
  await cp(join(import.meta.dirname, `cosmos-${name}`), folder, { recursive: true });
  for (const command of install) if (!(await succeeds(command, folder, {}))) return 'failed';
  for (const server of [plain, secure]) {
    console.log(`${name}: ${server.endpoint}`);
    for (const command of session) if (!(await succeeds(command, folder, environmentOf(server)))) return 'failed';
    await rm(join(folder, 'trust.p12'), { force: true });
  }
  return 'passed';
}

/** SSL_CERT_FILE is where the SDK for Go finds the certificate. */
function environmentOf({ endpoint, key, certificate: ofServer }: CosmosServer): Readonly<Record<string, string>> {
  const common = { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key };
  return ofServer ? { ...common, COSMOS_CERTIFICATE: ofServer.path, SSL_CERT_FILE: ofServer.path } : common;
}

/** The servers run in this process, which must not wait idly for a command. */
function succeeds(
  [program = '', ...parameters]: Command,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  const given = parameters.map((parameter) => {
    if (parameter === '@certificate') return certificate;
    return parameter === '@classpath' ? readFileSync(join(folder, 'classpath'), 'utf8').trim() : parameter;
  });
  const env = { ...process.env, ...environment };
  const path = /^(venv|\.)\//.test(program) ? join(folder, program) : program;
  const started = spawn(path, given, { cwd: folder, env, stdio: 'inherit', timeout: MAX_COMMAND_MS });
  return new Promise((resolve, reject) => {
    started.once('error', reject);
    started.once('exit', (code) => resolve(code === 0));
  });
}
