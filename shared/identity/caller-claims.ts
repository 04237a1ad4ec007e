import type { JWTPayload } from 'jose';
import type { Caller } from '../domain/caller.ts';

/** The tenant of all personal Microsoft accounts: Microsoft identity platform, ID token claims reference. */
const PERSONAL_ACCOUNTS_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Reads who calls from a verified token. A token with `scp` acts for a user, whatever roles that user also has;
 * one without acts for the application itself.
 */
export function toCaller({ scp, roles, tid, oid, sub, azp, appid }: JWTPayload): Caller {
  const tenantId = typeof tid === 'string' ? tid : null;
  const delegated = typeof scp === 'string';
  return {
    kind: delegated ? 'delegated' : 'application',
    id: typeof oid === 'string' ? oid : (sub ?? null),
    permissions: delegated ? scp.split(' ').filter(Boolean) : toStrings(roles),
    // The claim's name depends on the version of the token: access token claims reference.
    applicationId: [azp, appid].find((claim) => typeof claim === 'string') ?? null,
    tenantId,
    isPersonalAccount: tenantId?.toLowerCase() === PERSONAL_ACCOUNTS_TENANT,
  };
}

function toStrings(claim: unknown): string[] {
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}
