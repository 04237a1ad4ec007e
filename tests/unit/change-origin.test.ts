import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';
import { callGraph, graphDependencies } from '../support/call-handler.ts';
import { exampleWith, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { createMemoryChangeLog } from '../support/memory-change-log.ts';
import { createMemoryRepository } from '../support/memory-operation-repository.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const REQUEST_ID = 'a3b1c9d2-1f7b-4d0e-9d25-6d0a2f1f6a51';

/** What the log holds after a creation, an update and a deletion by requests with these headers. */
async function changesBy(headers: Readonly<Record<string, string>>): Promise<readonly OperationChange[]> {
  const log = createMemoryChangeLog();
  const dependencies = graphDependencies({ repository: createMemoryRepository({ log }) });
  const path = `${operationsPath()}/op`;
  const json = { ...JSON_TYPE, ...headers };
  await callGraph({ method: 'POST', headers: json, body: exampleWith({ id: 'op' }) }, dependencies);
  await callGraph(
    { method: 'PATCH', path, headers: json, body: JSON.stringify({ status: 'succeeded' }) },
    dependencies,
  );
  await callGraph({ method: 'DELETE', path, headers }, dependencies);
  return (await log.read({ kind: 'all' }, '0', 10)).changes;
}

test('a change tells the trace and the id of the request that made it', async () => {
  const changes = await changesBy({ traceparent: TRACE, 'client-request-id': REQUEST_ID });
  expect(changes.map(({ changeType }) => changeType)).toEqual(['created', 'updated', 'deleted']);
  for (const change of changes) expect(change).toMatchObject({ traceparent: TRACE, clientRequestId: REQUEST_ID });
});

test.each([
  [{}],
  [{ traceparent: 'x', 'client-request-id': 'x' }],
  [{ traceparent: `${TRACE}-more` }],
  [{ traceparent: TRACE.replace('00-', 'ff-') }],
  [{ traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }],
  [{ traceparent: TRACE.toUpperCase() }],
])('a change tells neither of a request with %j', async (headers) => {
  for (const change of await changesBy(headers))
    expect(change).toMatchObject({ traceparent: null, clientRequestId: null });
});
