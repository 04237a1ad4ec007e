import type { Account, Container } from '../../account/account.ts';
import type { ContainerDefinition } from '../../model/container/container-definition.ts';
import { CosmosError } from '../../model/errors.ts';
import { SHARED_TEXT_CHARACTERS } from '../../query/execute/query-turns.ts';
import { isNotModified, type Preconditions } from '../preconditions.ts';
import { METADATA_RANGE, type OperationResult, toResourceJson } from '../result.ts';
import { METADATA_CHARGE } from '../throughput/request-charge.ts';

export function readContainer(
  account: Account,
  container: Container,
  input: Preconditions & { readonly withStatistics?: boolean } = {},
): OperationResult {
  const { etag } = container.resource;
  const result = { etag, charge: METADATA_CHARGE.read, container, range: METADATA_RANGE, isContainer: true };
  if (isNotModified(input, etag)) return { status: 304, ...result };
  const statistics = input.withStatistics ? { statistics: statisticsOf(account, container) } : {};
  return { status: 200, body: toContainerJson(container, statistics), ...result };
}

/** What responses say of a container that was created or replaced. */
export function written(
  container: Container,
): Pick<OperationResult, 'container' | 'range' | 'isContainer' | 'withoutSession'> {
  return { container, range: METADATA_RANGE, isContainer: true, withoutSession: true };
}

/** What each physical partition holds. The service samples which partition keys are large, and this server does not. */
function statisticsOf({ store }: Account, { number, ranges }: Container): readonly object[] {
  const { averageBytes } = store.items.usage(number);
  return ranges.map((_, range) => {
    const documentCount = store.queries.count({ container: number, range }, Number.MAX_SAFE_INTEGER);
    const sizeInKB = Math.ceil((documentCount * averageBytes) / 1024);
    return { id: String(range), sizeInKB, documentCount, sampledDistinctPartitionKeyCount: 0, partitionKeys: [] };
  });
}

export function toContainerJson({ resource, self, definition }: Container, added: object = {}): string {
  return toResourceJson(resource, self, {
    ...definition,
    ...added,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  });
}

/** Validates expressions that only the query compiler understands. @throws CosmosError BadRequest */
export function assertComputedProperties({ queries }: Account, { computedProperties }: ContainerDefinition): void {
  if (!computedProperties) return;
  const characters = computedProperties.reduce((sum, { query }) => sum + query.length, 0);
  if (characters > SHARED_TEXT_CHARACTERS)
    throw new CosmosError('BadRequest', `The computed properties have more than ${SHARED_TEXT_CHARACTERS} characters`);
  queries.compile('SELECT * FROM c', [], computedProperties);
}
