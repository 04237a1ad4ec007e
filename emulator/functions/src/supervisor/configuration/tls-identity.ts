import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { openLocalCertificate, type TlsIdentity } from '@lazurite/http';
import type { Clock } from '@lazurite/runtime';
import { ConfigError, messageOf } from '../../errors.ts';

export interface HttpsOptions {
  /** A `.pfx` (PKCS #12) file, or a PEM file that holds certificate and private key. Absent: a certificate is made for this machine. */
  readonly certificateFile?: string;
  /** What the file is locked with. */
  readonly password?: string;
}

export interface HostIdentity {
  readonly identity: TlsIdentity;
  /** How clients come to trust a certificate that was made here. */
  readonly trustHint?: string;
}

/**
 * What the host proves its name with.
 *
 * @param dataDir where a certificate that is made here is kept
 * @throws ConfigError when the file cannot be read or unlocked
 */
export async function readTlsIdentity(
  { certificateFile, password }: HttpsOptions,
  { dataDir, clock }: { readonly dataDir: string; readonly clock: Clock },
): Promise<HostIdentity> {
  if (certificateFile === undefined) {
    const { key, cert, path, trustCommand } = await openLocalCertificate(join(dataDir, 'https'), clock);
    const trustHint = `Clients do not know the certificate ${path}. For Node.js: ${trustCommand}; for curl: --cacert ${path}`;
    return { identity: { key, cert }, trustHint };
  }
  try {
    const identity = toIdentity(await readFile(certificateFile), password);
    // Fails here rather than at the first handshake.
    createSecureContext('pfx' in identity ? { ...identity, pfx: Buffer.from(identity.pfx) } : identity);
    return { identity };
  } catch (error) {
    throw new ConfigError(`The certificate ${certificateFile} cannot be used: ${messageOf(error)}${hintFor(error)}`, {
      cause: error,
    });
  }
}

function toIdentity(content: Buffer, password: string | undefined): TlsIdentity {
  const passphrase = password === undefined ? {} : { passphrase: password };
  const text = content.toString('latin1');
  if (!text.includes('-----BEGIN ')) return { pfx: content, ...passphrase };
  return { key: text, cert: text, ...passphrase };
}

function hintFor(error: unknown): string {
  const text = messageOf(error);
  if (/mac verify|bad decrypt|passphrase|password/i.test(text)) return '. Check the password';
  if (/DECODER|no start line|unsupported/i.test(text)) return '. A PEM file must hold both the certificate and its key';
  return '';
}
