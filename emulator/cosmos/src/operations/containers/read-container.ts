import type { Account, Container } from '../../account/account.ts';
import type { ContainerDefinition } from '../../model/container/container-definition.ts';
import { isNotModified, type Preconditions } from '../preconditions.ts';
import { type OperationResult, toResourceJson } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

export function readContainer(container: Container, preconditions: Preconditions = {}): OperationResult {
  const { etag } = container.resource;
  const result = { etag, charge: METADATA_CHARGE.read, container };
  if (isNotModified(preconditions, etag)) return { status: 304, ...result };
  return { status: 200, body: toContainerJson(container), ...result };
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

/** Validates expressions that only the query compiler understands. @throws CosmosError BadRequest */
export function assertComputedProperties({ queries }: Account, { computedProperties }: ContainerDefinition): void {
  if (computedProperties) queries.compile('SELECT * FROM c', [], computedProperties);
}
