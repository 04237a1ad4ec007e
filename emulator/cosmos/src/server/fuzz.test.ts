import fc from 'fast-check';
import { type RawRequest, sendRaw } from '../testing/raw-request.ts';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

/** `LAZURITE_FUZZ_RUNS=10000 FC_SEED=… npx jest fuzz.test` looks longer. */
const numRuns = Number(process.env.LAZURITE_FUZZ_RUNS ?? 150);
const ANSWER_MS = 5_000;

const path = '/dbs/db/colls/container-1/docs';
const key = { 'x-ms-documentdb-partitionkey': '["a"]' };
const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('x', '', '*', '/n', '/list/0', '/list/-', '~', '"x"'),
);
const value = fc.oneof({ weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) }, { weight: 1, arbitrary: word });

/** An object with some of these members, most of them plausible, and any others. */
function shaped(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const either = Object.entries(members).map(([name, plausible]) => [
    name,
    fc.oneof({ weight: 4, arbitrary: plausible }, { weight: 1, arbitrary: value }),
  ]);
  const object = fc.record(Object.fromEntries(either), { requiredKeys: [] });
  return fc.oneof({ weight: 9, arbitrary: object }, { weight: 1, arbitrary: value });
}

const patchOperation = shaped({
  op: fc.constantFrom('add', 'set', 'replace', 'remove', 'incr', 'move'),
  path: word,
  from: word,
  value,
});
const patch = fc.oneof(
  fc.array(patchOperation, { maxLength: 12 }),
  shaped({
    operations: fc.array(patchOperation, { maxLength: 4 }),
    condition: fc.oneof(word, fc.constantFrom('from c where c.n > 1', 'from c', 'where', 'from c group by c.n')),
  }),
);
const item = shaped({ id: word, pk: fc.constantFrom('a', 'b', 1, null), ttl: fc.oneof(fc.integer(), fc.double()) });
const batchOperation = shaped({
  operationType: fc.constantFrom('Create', 'Upsert', 'Read', 'Replace', 'Delete', 'Patch'),
  id: word,
  ifMatch: word,
  ifNoneMatch: word,
  partitionKey: fc.constantFrom('["a"]', '["b"]', '[]', '[{}]', '[['),
  resourceBody: fc.oneof(item, patch),
});
const definition = shaped({
  id: fc.constant('container-1'),
  partitionKey: shaped({
    paths: fc.array(word, { maxLength: 4 }),
    kind: fc.constantFrom('Hash', 'MultiHash'),
    version: fc.nat(3),
  }),
  defaultTtl: fc.integer(),
  indexingPolicy: shaped({ indexingMode: word, includedPaths: fc.array(shaped({ path: word }), { maxLength: 3 }) }),
  uniqueKeyPolicy: shaped({
    uniqueKeys: fc.array(shaped({ paths: fc.array(word, { maxLength: 3 }) }), { maxLength: 3 }),
  }),
  conflictResolutionPolicy: value,
  changeFeedPolicy: value,
  computedProperties: value,
  vectorEmbeddingPolicy: value,
  fullTextPolicy: value,
});
const query = shaped({
  query: fc.oneof(
    word,
    fc
      .array(
        fc.constantFrom(...'SELECT * FROM c WHERE c . n = @p ORDER BY ( ) [ ] { } , 1 "x" GROUP VALUE TOP'.split(' ')),
      )
      .map((words) => words.join(' ')),
  ),
  parameters: fc.array(shaped({ name: fc.constantFrom('@p', 'p', ''), value }), { maxLength: 3 }),
});

const batchHeaders = fc.constantFrom<Record<string, string>>(
  { ...key, 'x-ms-cosmos-batch-atomic': 'true' },
  { 'x-ms-documentdb-partitionkeyrangeid': '0' },
  { 'x-ms-documentdb-partitionkeyrangeid': '0', 'x-ms-cosmos-batch-continue-on-error': 'true' },
  {},
);
const queryHeaders = fc.constantFrom<Record<string, string>>(
  { 'x-ms-documentdb-isquery': 'true' },
  { 'x-ms-documentdb-isquery': 'true', 'x-ms-cosmos-is-query-plan-request': 'true' },
  { 'x-ms-documentdb-isquery': 'true', ...key },
);

const request: fc.Arbitrary<RawRequest> = fc.oneof(
  toRequest(patch, fc.constant({}), { method: 'PATCH', path: `${path}/x` }),
  toRequest(item, fc.constant({}), { method: 'POST', path }),
  toRequest(item, fc.constant({}), { method: 'PUT', path: `${path}/x` }),
  toRequest(
    fc.array(batchOperation, { maxLength: 5 }),
    batchHeaders.map((headers) => ({ 'x-ms-cosmos-is-batch-request': 'true', ...headers })),
    { method: 'POST', path },
  ),
  toRequest(definition, fc.constant({}), { method: 'POST', path: '/dbs/db/colls' }),
  toRequest(definition, fc.constant({}), { method: 'PUT', path: '/dbs/db/colls/container-1' }),
  toRequest(query, queryHeaders, { method: 'POST', path }),
);

function toRequest(
  body: fc.Arbitrary<unknown>,
  headers: fc.Arbitrary<Record<string, string>>,
  target: { readonly method: string; readonly path: string },
): fc.Arbitrary<RawRequest> {
  const isKeyed = target.method === 'PATCH' || target.method === 'PUT';
  return fc.record({ body, headers }).map((one) => ({
    ...target,
    headers: { ...(isKeyed && key), ...one.headers },
    body: JSON.stringify(one.body) ?? '',
  }));
}

describe('bodies of every kind', () => {
  let account: SdkAccount;

  beforeEach(async () => {
    account = await openSdkAccount();
    const container = await account.container();
    await container.items.create({ id: 'x', pk: 'a', n: 1, list: [1, { a: 2 }] });
  });

  afterEach(() => account.close());

  it('are answered in time, and with no 5xx but 501', async () => {
    const property = fc.asyncProperty(request, async (raw) => {
      const late = new Promise<never>((_, reject) => {
        const timer = setTimeout(() => reject(new Error('No answer')), ANSWER_MS);
        timer.unref();
      });
      const { status, body } = await Promise.race([sendRaw(account.server, raw), late]);
      if (status >= 500 && status !== 501) throw new Error(`Answered ${status}: ${body}`);
      if (status >= 400) expect(JSON.parse(body)).toHaveProperty('message');
    });
    await fc.assert(property, { numRuns });
  }, 600_000);
});
