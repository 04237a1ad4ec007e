import type { Account } from '../../account/account.ts';
import type { StoredResource } from '../../store/store.ts';
import { isNotModified, type Preconditions } from '../preconditions.ts';
import { type OperationResult, toResourceJson } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

/** @throws CosmosError NotFound */
export function readDatabase(account: Account, name: string, preconditions: Preconditions = {}): OperationResult {
  const { resource } = account.catalog.database(name);
  const { etag } = resource;
  if (isNotModified(preconditions, etag)) return { status: 304, etag, charge: METADATA_CHARGE.read };
  return { status: 200, body: toDatabaseJson(resource), etag, charge: METADATA_CHARGE.read };
}

export function toDatabaseJson(resource: StoredResource): string {
  const { id, rid } = resource;
  return toResourceJson(resource, `dbs/${rid}/`, { id, _colls: 'colls/', _users: 'users/' });
}
