import type { CreateOperationInput } from '@azure/cosmos';
import type { SortableProperty } from '../../shared/domain/operation-query.ts';
import type { TeamsAsyncOperation } from '../../shared/domain/teams-async-operation.ts';
import { toDocument } from '../../shared/persistence/operation-document.ts';
import { listSql } from '../../shared/persistence/sql/list-sql.ts';
import { DATABASE, startOnCosmos } from '../support/cosmos-repositories.ts';
import { newOperation } from '../support/operations.ts';

const CHAT = 'chat';
/** Enough for an order to be read along its index. */
const OPERATIONS = 1_100;
const LIMIT = 10;
const REVISION = 1;

let started: Awaited<ReturnType<typeof startOnCosmos>>;

/** Records of changes lie in the same partition, one beside each operation. */
beforeAll(async () => {
  started = await startOnCosmos();
  await started.repository.create(CHAT, operation(0));
  const { items } = started.client.database(DATABASE).container('operations');
  const documents = Array.from({ length: OPERATIONS }, (_, index) => [
    toDocument(CHAT, operation(index + 1), REVISION),
    { id: `$change-${index}`, chatId: CHAT, kind: 'change', change: {} },
  ]).flat();
  for (let start = 0; start < documents.length; start += 100) {
    const creates = documents.slice(start, start + 100).map((document) => ({
      operationType: 'Create' as const,
      // The SDK's type has no objects with readonly members; it sends the document as JSON.
      resourceBody: document as unknown as CreateOperationInput['resourceBody'],
    }));
    await items.batch(creates, CHAT);
  }
});

afterAll(() => started.close());

function operation(index: number): TeamsAsyncOperation {
  const createdDateTime = new Date(index * 1_000).toISOString();
  return newOperation({ id: `o-${index}`, createdDateTime, attemptsCount: index });
}

const PROPERTIES: readonly SortableProperty[] = [
  'createdDateTime',
  'lastActionDateTime',
  'attemptsCount',
  'status',
  'operationType',
];

test.each(PROPERTIES.flatMap((property) => [false, true].map((descending) => ({ property, descending }))))(
  'a page in the order of $property, descending: $descending, reads no records of changes',
  async (first) => {
    const { items } = started.client.database(DATABASE).container('operations');
    const orderBy = [first, { property: 'id', descending: first.descending }] as const;
    const query = listSql({ where: null, orderBy, skip: 0, after: null, limit: LIMIT });
    const ask = () => items.query(query, { partitionKey: CHAT, populateQueryMetrics: true }).fetchNext();
    await ask(); // makes the index
    const { resources, queryMetrics } = await ask();
    expect(resources).toHaveLength(LIMIT);
    const [metrics] = Object.values(queryMetrics) as unknown as { retrievedDocumentCount: number }[]; // by range
    expect(metrics?.retrievedDocumentCount).toBeLessThanOrEqual(OPERATIONS + 1);
  },
);
