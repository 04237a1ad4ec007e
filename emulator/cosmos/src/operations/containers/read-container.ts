import type { Container } from '../../account/container.ts';
import { isNotModified, type Preconditions } from '../preconditions.ts';
import { toResourceJson } from '../resource-json.ts';
import type { OperationResult } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/metadata-charge.ts';

export function readContainer(container: Container, preconditions: Preconditions = {}): OperationResult {
  const { etag } = container.resource;
  const answer = { etag, charge: METADATA_CHARGE.read, container };
  if (isNotModified(preconditions, etag)) return { status: 304, ...answer };
  return { status: 200, body: toContainerJson(container), ...answer };
}

export function toContainerJson({ resource, self, definition }: Container): string {
  return toResourceJson(resource, self, {
    ...definition,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  });
}
