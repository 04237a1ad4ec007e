import { notFound } from '../account/catalog.ts';
import type { Container } from '../account/container.ts';
import { METADATA_CHARGE } from './charge.ts';
import { toFeedJson } from './resource-json.ts';
import type { OperationResult } from './result.ts';

/** The conflicts between regions: none, since there is one region. */
export function listConflicts(container: Container): OperationResult {
  const body = toFeedJson(container.rid, 'Conflicts', []);
  return { status: 200, body, charge: METADATA_CHARGE.list, container, itemCount: 0 };
}

/** @throws CosmosError NotFound: there is none */
export function findConflict(): never {
  throw notFound();
}
