import type { Condition, OperationQuery, OrderBy } from '../../shared/domain/operation-query.ts';
import type { OperationRepository } from '../../shared/domain/operation-repository.ts';
import {
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type TeamsAsyncOperation,
} from '../../shared/domain/teams-async-operation.ts';
import { parseFilter } from '../../shared/odata/filter/parse-filter.ts';
import { parseOrderBy } from '../../shared/odata/query-options/list-options.ts';
import { parseSearch } from '../../shared/odata/query-options/search.ts';
import { createMemoryRepository } from '../support/memory-operation-repository.ts';
import { newOperation } from '../support/operations.ts';

const CHAT = 'queries';

/** The first two are the same time, the third is the shortest time later. */
const DATES = [
  '2021-05-27T21:23:41.5Z',
  '2021-05-27T21:23:41.50000000000Z',
  '2021-05-27T21:23:41.500000000001Z',
  '2021-05-27T21:23:41Z',
  '2021-05-28T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.9Z',
];

/** Operations that differ in all that can be asked for. */
const OPERATIONS: readonly TeamsAsyncOperation[] = Array.from({ length: 44 }, (_, index) =>
  newOperation({
    id: `op-${String(index).padStart(2, '0')}`,
    operationType: OPERATION_TYPES[index % OPERATION_TYPES.length] ?? 'invalid',
    status: OPERATION_STATUSES[index % OPERATION_STATUSES.length] ?? 'invalid',
    createdDateTime: DATES[index % DATES.length] ?? '',
    lastActionDateTime: DATES[(index * 3) % DATES.length] ?? '',
    attemptsCount: (index % 7) - 3,
    targetResourceId: [null, 'Alpha', 'alpha', "it's", '', '50% [x]_\\"é🙂'][index % 6] ?? null,
    error: [null, { code: 'TeamUnavailable', message: null }, { code: null, message: 'Not found' }][index % 3] ?? null,
    dynamicProperties:
      [{}, { values: 'x', flag: true, n: { m: 2 } }, { values: 7, flag: false }, { values: null }][index % 4] ?? {},
  }),
);

const FILTERS = [
  'year(createdDateTime) eq 2021 and month(createdDateTime) eq 5',
  'year(createdDateTime) lt 2',
  'day(createdDateTime) eq 28 or hour(createdDateTime) ge 23',
  'minute(lastActionDateTime) eq 23',
  'not (second(lastActionDateTime) eq 41)',
  'fractionalseconds(createdDateTime) eq 0.5',
  'date(createdDateTime) eq 2021-05-27',
  'date(createdDateTime) ne date(lastActionDateTime)',
  "indexof(targetResourceId,'l') eq 1",
  "indexof(targetResourceId,'x') lt 0",
  "substring(targetResourceId,1) eq 'lpha'",
  "substring(targetResourceId,1,2) eq 'lp'",
  "concat(targetResourceId,error/code) eq 'AlphaTeamUnavailable'",
  "trim(concat(' ',targetResourceId)) eq 'alpha'",
  'attemptsCount add 1 gt 2',
  'attemptsCount sub 1 mul 2 eq -1',
  'attemptsCount mod 2 eq 1',
  '(attemptsCount add 4) div 2 eq 3',
  'attemptsCount divby 2 eq 1.5',
  '-attemptsCount eq 3',
  '-(attemptsCount add 1) ge 1',
  'values add 1 eq 8',
  'attemptsCount div 0 eq 1',
  "$it/status eq 'failed' and $it/error/code ne null",
  "status eq 'failed'",
  "status ne 'failed'",
  "status gt 'notStarted' and status le 'failed'",
  "'inProgress' lt status",
  "operationType in ('createChat','cloneTeam')",
  "not (operationType in ('createChat','cloneTeam'))",
  "operationType ge 'unknownFutureValue'",
  'attemptsCount gt 0',
  'attemptsCount eq -1 or attemptsCount ge 2.5',
  'not (attemptsCount lt 1e0)',
  'attemptsCount ne null',
  'createdDateTime eq 2021-05-27T21:23:41.5Z',
  'createdDateTime ge 2021-05-27T23:23:41.500000+02:00',
  'createdDateTime lt 2021-05-27T21:23:41.50000001Z',
  'createdDateTime gt lastActionDateTime',
  'createdDateTime in (2021-05-27T21:23:41.500Z, 2020-01-01T00:00:00Z)',
  'createdDateTime ge 2021-05-28',
  'targetResourceId eq null',
  'targetResourceId ne null',
  "targetResourceId eq 'it''s'",
  "targetResourceId ne 'Alpha'",
  "not (targetResourceId eq 'Alpha')",
  "targetResourceId gt 'B'",
  "not (targetResourceId gt 'B')",
  "targetResourceId in ('alpha', null)",
  "not (targetResourceId in ('alpha', null))",
  "startswith(targetResourceId,'50%')",
  "endswith(targetResourceId,'🙂')",
  "contains(targetResourceId,'\\\"')",
  "not contains(targetResourceId,'lph')",
  "contains(targetResourceId,'lph') eq false",
  "contains(targetResourceId,'lph') ne true",
  "contains('an Alpha particle', targetResourceId)",
  "tolower(targetResourceId) eq 'alpha'",
  'length(targetResourceId) gt 4',
  "toupper(error/code) eq 'TEAMUNAVAILABLE'",
  'error eq null',
  'error ne null',
  'error/code eq null',
  "error/code ne 'TeamUnavailable'",
  "startswith(error/message,'Not')",
  "values eq 'x'",
  "values ne 'x'",
  'values eq 7',
  'values gt 6',
  'values eq null',
  'values ne null',
  "values in ('x',7)",
  'flag',
  'not flag',
  'flag eq false',
  'flag ne true',
  'n/m eq 2',
  'n/m ne 2',
  'n eq null',
  'nothing eq null',
  "nothing ne 'x'",
  "status eq 'failed' or not (attemptsCount gt 0 and (flag eq true or error ne null))",
  'true',
  'false or not false',
];

const ORDERS = [
  undefined,
  'id',
  'id desc',
  'status',
  'status desc',
  'operationType',
  'createdDateTime',
  'createdDateTime desc',
  'lastActionDateTime desc',
  'attemptsCount desc',
  'targetResourceId',
  'targetResourceId desc',
  'targetResourceLocation',
  'error/code',
  'error/message desc',
  'status desc,createdDateTime',
  'operationType,lastActionDateTime desc',
  'status desc,createdDateTime,id',
];

const SEARCHES = ['alpha', '"it\'s"', 'NOT alpha', 'op-1 AND (team OR "not found")', '"50% [x]"', 'op-1 3'];

/** What a repository answers to queries, against an evaluation in memory that knows no SQL. */
export function describeOperationQueries(repositoryOf: () => OperationRepository): void {
  const expected = createMemoryRepository();

  beforeAll(async () => {
    for (const operation of OPERATIONS) {
      await repositoryOf().create(CHAT, operation);
      await expected.create(CHAT, operation);
      await repositoryOf().create('another chat', { ...operation, id: `other-${operation.id}` });
    }
  });

  test.each(FILTERS)('list() and count() agree on $filter=%s', async (filter) => {
    await expectSame(parseFilter(filter, 'asStored'));
  });

  test.each(SEARCHES)('list() and count() agree on $search=%s', async (search) => {
    await expectSame(parseSearch(search));
  });

  async function expectSame(where: Condition): Promise<void> {
    const ids = await idsOf(expected, query({ where }));
    expect(await idsOf(repositoryOf(), query({ where }))).toEqual(ids);
    expect(await repositoryOf().count(CHAT, where)).toBe(ids.length);
  }

  test.each(ORDERS)('list() pages in the order of $orderby=%s, and comes to an end', async (text) => {
    const orderBy = parseOrderBy(text);
    const all = await idsOf(expected, query({ orderBy }));
    expect(all).toHaveLength(OPERATIONS.length);
    expect(await idsOfPages(repositoryOf(), orderBy)).toEqual(all);
  });

  test('list() skips, and tells when nothing is left', async () => {
    const page = await repositoryOf().list(CHAT, query({ skip: 42, limit: 2 }));
    expect(page.operations).toHaveLength(2);
    expect(page.next).toBeNull();
    expect(await repositoryOf().list(CHAT, query({ skip: 44 }))).toEqual({ operations: [], next: null });
  });

  test('list() answers nothing of a chat that has no operations', async () => {
    expect(await repositoryOf().list('empty', query({}))).toEqual({ operations: [], next: null });
    expect(await repositoryOf().count('empty', null)).toBe(0);
  });

  test('list() goes on behind an operation that is gone', async () => {
    const repository = repositoryOf();
    for (const id of ['1', '2', '3', '4']) await repository.create('moving', newOperation({ id }));
    const orderBy = parseOrderBy('id');
    const first = await repository.list('moving', query({ orderBy, limit: 2 }));
    await repository.delete('moving', '2', { etag: null });
    await repository.create('moving', newOperation({ id: '0' }));
    const second = await repository.list('moving', query({ orderBy, after: first.next, limit: 2 }));
    expect(second.operations.map(({ operation }) => operation.id)).toEqual(['3', '4']);
    expect(second.next).toBeNull();
  });

  test('list() answers what get() answers', async () => {
    const { operations } = await repositoryOf().list(CHAT, query({ limit: 3 }));
    for (const stored of operations) expect(await repositoryOf().get(CHAT, stored.operation.id)).toEqual(stored);
  });
}

function query(changes: Partial<OperationQuery>): OperationQuery {
  return { where: null, orderBy: parseOrderBy('id'), skip: 0, after: null, limit: 100, ...changes };
}

async function idsOf(repository: OperationRepository, asked: OperationQuery): Promise<string[]> {
  const { operations } = await repository.list(CHAT, asked);
  return operations.map(({ operation }) => operation.id);
}

async function idsOfPages(repository: OperationRepository, orderBy: readonly OrderBy[]): Promise<string[]> {
  const ids: string[] = [];
  let after: OperationQuery['after'] = null;
  do {
    const { operations, next } = await repository.list(CHAT, query({ orderBy, after, limit: 7 }));
    ids.push(...operations.map(({ operation }) => operation.id));
    after = next;
  } while (after && ids.length <= OPERATIONS.length);
  return ids;
}
