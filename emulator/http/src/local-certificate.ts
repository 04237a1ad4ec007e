import { createPrivateKey, X509Certificate } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Clock, makeFolder } from '@lazurite/runtime';

/** A certificate for this machine alone: fit for `HttpServerOptions.tls`. */
export interface LocalCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
  /** The file with the certificate, without its key. */
  readonly path: string;
  /** What a person types in the shell so that Node.js programs started there trust the certificate. */
  readonly trustCommand: string;
}

const KEY_FILE = 'localhost.key';
const CERTIFICATE_FILE = 'localhost.crt';
const OWNER_ONLY = 0o600;
const EVERYONE_READS = 0o644;
const DAY_MS = 24 * 60 * 60 * 1000;
/** The longest that Apple's systems accept. Source: "Requirements for trusted certificates in iOS 13 and macOS 10.15". */
const VALID_DAYS = 825;
/** A certificate is replaced when it is valid for less. */
const RENEWED_DAYS = 30;

/**
 * The certificate for localhost, 127.0.0.1 and ::1 that is kept in `directory`: made at the first call, and made anew
 * when it is damaged or about to expire. It signs nothing but itself, so that who trusts it trusts this machine only.
 *
 * @param clock must tell the time that clients go by
 * @example
 * const certificate = await openLocalCertificate('.lazurite', systemClock);
 * await startHttpServer(listener, { tls: certificate });
 */
export async function openLocalCertificate(directory: string, clock: Clock): Promise<LocalCertificate> {
  const files = { key: join(resolve(directory), KEY_FILE), cert: join(resolve(directory), CERTIFICATE_FILE) };
  const kept = { key: await readText(files.key), cert: await readText(files.cert) };
  const pair = isUsable(kept, clock) ? kept : await make(clock);
  if (pair !== kept) {
    await makeFolder(directory);
    await replaceFile(files.key, pair.key, OWNER_ONLY);
    await replaceFile(files.cert, pair.cert, EVERYONE_READS);
  }
  return { ...pair, path: files.cert, trustCommand: trustCommand(files.cert, process.platform) };
}

/** Node.js reads the variable once, when it starts. Source: "Command-line API", NODE_EXTRA_CA_CERTS. */
export function trustCommand(path: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `$env:NODE_EXTRA_CA_CERTS = '${path.replaceAll("'", "''")}'`;
  return `export NODE_EXTRA_CA_CERTS='${path.replaceAll("'", `'\\''`)}'`;
}

interface Pair {
  readonly key: string;
  readonly cert: string;
}

function isUsable({ key, cert }: Pair, clock: Clock): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const { validFromDate, validToDate } = certificate;
    const now = clock.now();
    if (now < validFromDate.getTime() || now + RENEWED_DAYS * DAY_MS > validToDate.getTime()) return false;
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false; // one of them is absent or no PEM
  }
}

async function make(clock: Clock): Promise<Pair> {
  // Loaded only here: it is large, and needed once in two years.
  const { default: selfsigned } = await import('selfsigned'); // CommonJS: in a bundle it has no other export
  const made = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(clock.now() - DAY_MS), // clocks of containers and virtual machines differ
    notAfterDate: new Date(clock.now() + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // node:fs rejects with nothing else
    throw error;
  }
}

/** Written beside, then renamed: another process that starts meanwhile never reads half a file. */
async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, 'w', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
