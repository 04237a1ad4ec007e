import { join } from 'node:path';
import type { CosmosOptions, DataRole } from '@lazurite/cosmos';
import { openLocalCertificate } from '@lazurite/http';
import type { Issuer } from '@lazurite/identity';
import { type Randomness, systemClock } from '@lazurite/runtime';

/** The identity of the function app, as Azure would give it one. */
export interface ManagedIdentity {
  /** IDENTITY_HEADER: only the app knows it. */
  readonly header: string;
  /** What makes Cosmos DB accept its tokens. */
  guard(issuer: Issuer): Pick<CosmosOptions, 'tls' | 'entra'>;
  /** What its SDKs look for. */
  env(issuer: Issuer): Readonly<Record<string, string>>;
}

export interface IdentityOptions {
  /** Where the certificate is kept. */
  readonly storageDir: string;
  readonly randomness: Randomness;
}

const SECRET_BYTES = 16;
const CERTIFICATE_FOLDER = 'https';

/** The certificate with which Cosmos DB is served then. @param stateDir that of the stack */
export function certificateFileIn(stateDir: string): string {
  return join(stateDir, CERTIFICATE_FOLDER, 'localhost.crt');
}

/** @param role what every identity of the app may do in Cosmos DB */
export async function prepareIdentity(
  { storageDir, randomness }: IdentityOptions,
  role: DataRole,
): Promise<ManagedIdentity> {
  // By the system's clock: clients check it by theirs.
  const certificate = await openLocalCertificate(join(storageDir, CERTIFICATE_FOLDER), systemClock);
  const header = Buffer.from(randomness.bytes(SECRET_BYTES)).toString('hex').toUpperCase();
  return {
    header,
    guard: ({ issuer }) => ({ tls: certificate, entra: { issuer, roles: role } }),
    env: ({ managedIdentityUrl }) => ({
      IDENTITY_ENDPOINT: managedIdentityUrl,
      IDENTITY_HEADER: header,
      NODE_EXTRA_CA_CERTS: certificate.path,
    }),
  };
}
