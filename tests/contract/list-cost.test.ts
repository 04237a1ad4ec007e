import type { CreateOperationInput } from '@azure/cosmos';
import type { SortableProperty } from '../../shared/domain/operation-query.ts';
import type { TeamsAsyncOperation } from '../../shared/domain/teams-async-operation.ts';
import { listSql } from '../../shared/persistence/operations/list-sql.ts';
import { toDocument } from '../../shared/persistence/operations/operation-document.ts';
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

test('a list in the order of ids is whole, in either direction', async () => {
  const odd = ['!first', '"second', '%third', '~last'];
  for (const id of odd) await started.repository.create('odd', newOperation({ id }));
  const { items } = started.client.database(DATABASE).container('operations');
  await items.create({ id: '$change-x', chatId: 'odd', kind: 'change', change: {} });
  for (const descending of [false, true]) {
    const query = { where: null, orderBy: [{ property: 'id', descending }], skip: 0 } as const;
    const expected = descending ? odd.toReversed() : odd;
    const ids = async (after: string | null, limit: number, skip = 0) => {
      const page = await started.repository.list('odd', {
        ...query,
        skip,
        limit,
        after: after === null ? null : [after],
      });
      return { ids: page.operations.map(({ operation: { id } }) => id), next: page.next?.[0] ?? null };
    };
    expect(await ids(null, 10)).toEqual({ ids: expected, next: null });
    expect(await ids(null, 10, 3)).toEqual({ ids: expected.slice(3), next: null });
    for (let at = 0; at < odd.length; at += 1) {
      const next = at + 1 < odd.length ? expected[at] : null;
      expect(await ids(at === 0 ? null : String(expected[at - 1]), 1)).toEqual({ ids: [expected[at]], next });
    }
  }
});

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
