import { setTimeout as delay } from 'node:timers/promises';
import { type Container, TriggerOperation, TriggerType } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

let account: SdkAccount;
let container: Container;

beforeAll(async () => {
  // More time than the service gives: a busy machine runs scripts slowly.
  account = await openSdkAccount({ scriptLimits: { milliseconds: 60_000 } });
  container = await account.container();
});

afterAll(() => account.close());

let count = 0;

/** Makes a stored procedure of this text and runs it. */
async function run(body: string, args: unknown[] = [], options: { pk?: string; logs?: boolean } = {}) {
  count += 1;
  const id = `procedure-${count}`;
  await container.scripts.storedProcedures.create({ id, body });
  const { pk = 'a', logs } = options;
  return container.scripts
    .storedProcedure(id)
    .execute(pk, args, logs === undefined ? {} : { enableScriptLogging: logs });
}

const idsOf = async (pk: string) =>
  (await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: pk }).fetchAll()).resources;

/** A function that carries out steps, each of which has the results of the one before. */
const CREATE_MANY = `function (ids, failAt) {
  var collection = getContext().getCollection();
  var created = [];
  next();
  function next() {
    if (created.length === failAt) throw new Error('on purpose');
    if (created.length === ids.length) { getContext().getResponse().setBody(created); return; }
    var document = { id: ids[created.length], pk: 'many' };
    var isAccepted = collection.createDocument(collection.getSelfLink(), document, function (error, item) {
      if (error) throw error;
      created.push(item.id);
      next();
    });
    if (!isAccepted) getContext().getResponse().setBody({ created: created, stopped: true });
  }
}`;

describe('scripts as resources', () => {
  it('are created, read, listed, queried, replaced and deleted, byte for byte', async () => {
    const { storedProcedures } = container.scripts;
    const body = '  serverScript() { var x = 10; } // é "\\u0041"\n';
    const { resource } = await storedProcedures.create({ id: 'kept', body });
    expect(resource).toMatchObject({ id: 'kept', body, _self: expect.stringMatching(/\/sprocs\//) });
    expect((await container.scripts.storedProcedure('kept').read()).resource).toEqual(resource);
    expect(
      (await storedProcedures.query({ query: 'SELECT * FROM s WHERE s.id = "kept"' }).fetchAll()).resources,
    ).toEqual([resource]);
    const replaced = await container.scripts.storedProcedure('kept').replace({ id: 'kept', body: 'function () {}' });
    expect(replaced.resource?.body).toBe('function () {}');
    await expect(storedProcedures.create({ id: 'kept', body })).rejects.toMatchObject({ code: 409 });
    await container.scripts.storedProcedure('kept').delete();
    await expect(container.scripts.storedProcedure('kept').read()).rejects.toMatchObject({ code: 404 });
  });

  it('of the other kinds have their own properties', async () => {
    const trigger = {
      id: 't',
      body: 'function () {}',
      triggerType: TriggerType.Pre,
      triggerOperation: TriggerOperation.All,
    };
    expect((await container.scripts.triggers.create(trigger)).resource).toMatchObject(trigger);
    const udf = { id: 'sample udf', body: 'function (x) { return x; }' };
    expect((await container.scripts.userDefinedFunctions.create(udf)).resource).toMatchObject(udf);
    await expect(container.scripts.triggers.create({ id: 'u', body: 'x' } as never)).rejects.toMatchObject({
      code: 400,
    });
    await expect(container.scripts.storedProcedures.create({ id: 'u' } as never)).rejects.toThrow("'body; '");
  });
});

describe('a stored procedure', () => {
  it.each<[string, unknown]>([
    ["function () { getContext().getResponse().setBody('a' + 3); }", 'a3'],
    ['function () { getContext().getResponse().setBody(999); }', 999],
    ['() => { __.response.setBody({ a: [1, null] }); };', { a: [1, null] }],
    ['function named() { getContext().getResponse().setBody(typeof this); }', 'object'],
    ['function () { for (var i = 0; i < 10; i++) getContext().getResponse().appendValue("Body", i); }', 123456789],
    ["function () { getContext().getResponse().appendBody('x'); getContext().getResponse().appendBody('y'); }", 'xy'],
    ['var helper = 5; function run() { getContext().getResponse().setBody(helper); }', 5],
    [
      'function () { getContext().getResponse().setBody(getContext().getCollection().getAltLink()); }',
      'dbs/db/colls/container-1',
    ],
    ['async function () { const x = await Promise.resolve(7); getContext().getResponse().setBody(x); }', 7],
  ])('%s gives its body', async (body, expected) => {
    expect((await run(body)).resource).toEqual(expected);
  });

  it('that sets no body gives an empty one', async () => {
    expect((await run('function () {}')).resource).toBeFalsy();
  });

  it('is given its arguments', async () => {
    const body = 'function (a, b) { getContext().getResponse().setBody([a, b.c, arguments.length]); }';
    expect((await run(body, ['x', { c: 1 }])).resource).toEqual(['x', 1, 2]);
  });

  it('writes many items as one transaction, with one LSN', async () => {
    const before = await container.items.create({ id: 'before', pk: 'many' });
    const ids = Array.from({ length: 200 }, (_, n) => `m${n}`);
    const { resource, headers, requestCharge } = await run(CREATE_MANY, [ids, -1], { pk: 'many' });
    expect(resource).toEqual(ids);
    expect(requestCharge).toBeGreaterThan(1_000);
    const lsnOf = (token: unknown) => Number(String(token).split('#')[1]);
    expect(lsnOf(headers['x-ms-session-token'])).toBe(lsnOf(before.headers['x-ms-session-token']) + 1);
    expect(await idsOf('many')).toHaveLength(201);
  });

  it('that throws leaves nothing of what it wrote, and says where it failed', async () => {
    const ids = ['r1', 'r2', 'r3'];
    await expect(run(CREATE_MANY, [ids, 2], { pk: 'many' })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('Exception = Error: on purpose'),
    });
    expect((await container.item('r1', 'many').read()).statusCode).toBe(404);
  });

  it('reads, queries, upserts, replaces and deletes, and sees its own writes', async () => {
    const body = `function () {
      var c = getContext().getCollection(), link = c.getSelfLink(), seen = [];
      c.createDocument(link, { pk: 'own', n: 1 }, { disableAutomaticIdGeneration: false }, function (e, item) {
        seen.push(item.id.length);
        c.readDocument(item._self, function (e, read) {
          seen.push(read.n);
          c.replaceDocument(read._self, { id: read.id, pk: 'own', n: 2 }, { etag: read._etag }, function (e, replaced) {
            c.queryDocuments(link, { query: 'SELECT VALUE c.n FROM c WHERE c.n = @n', parameters: [{ name: '@n', value: 2 }] }, function (e, rows, info) {
              seen.push(rows);
              c.upsertDocument(link, { id: 'u', pk: 'own' }, function (e, upserted, info) {
                seen.push(info.statusCode);
                c.deleteDocument(c.getAltLink() + '/docs/u', function (e, info) {
                  seen.push(info.statusCode);
                  c.readDocuments(link, { pageSize: 1 }, function (e, items) {
                    getContext().getResponse().setBody(seen.concat(items.length));
                  });
                });
              });
            });
          });
        });
      });
    }`;
    expect((await run(body, [], { pk: 'own' })).resource).toEqual([36, 1, [2], 201, 204, 1]);
    expect(await idsOf('own')).toHaveLength(1);
  });

  it('reads a feed page by page', async () => {
    const body = `function () {
      var c = __, pages = [];
      read();
      function read(continuation) {
        c.queryDocuments(c.getSelfLink(), 'SELECT * FROM c', { pageSize: 80, continuation: continuation }, function (e, rows, info) {
          pages.push(rows.length);
          if (info.continuation) read(info.continuation); else getContext().getResponse().setBody(pages);
        });
      }
    }`;
    expect((await run(body, [], { pk: 'many' })).resource).toEqual([80, 80, 41]);
  });

  it('has the JavaScript query API', async () => {
    for (const n of [3, 1, 2]) await container.items.create({ id: `q${n}`, pk: 'js', n, tags: ['x', `t${n}`] });
    const query = (text: string) => run(`function () { ${text} }`, [], { pk: 'js' });
    expect(
      (await query('__.filter(function (d) { return d.n > 1; }, function (e, r) { __.response.setBody(r.length); })'))
        .resource,
    ).toBe(2);
    expect((await query("__.pluck('n')")).resource).toEqual([3, 1, 2]);
    const chained =
      '__.chain().filter(d => d.n < 3).sortBy(d => d.n).map(d => d.id).value((e, r) => __.response.setBody(r))';
    expect((await query(chained)).resource).toEqual(['q1', 'q2']);
    expect((await query("__.chain().unwind('tags').value()")).resource).toHaveLength(6);
  });

  it.each([
    ['a conflict', "createDocument(c.getSelfLink(), { id: 'x', pk: 'err' }", 409],
    ['a wrong partition key', "createDocument(c.getSelfLink(), { id: 'y', pk: 'other' }", 400],
    [
      'an etag of another state',
      "replaceDocument(c.getAltLink() + '/docs/x', { id: 'x', pk: 'err' }, { etag: '\"no\"' }",
      412,
    ],
    ['an item that is not there', "readDocument(c.getAltLink() + '/docs/none'", 404],
    ['an item of another partition', "readDocument(c.getAltLink() + '/docs/before'", 404],
    ['a mistake in a query', "queryDocuments(c.getSelfLink(), 'SELEC'", 400],
  ])('gives the number of the error of %s to its callback, and fails without one', async (_, call, number) => {
    await container.items.upsert({ id: 'x', pk: 'err' });
    const handled = `function () { var c = getContext().getCollection(); c.${call}, function (e) { getContext().getResponse().setBody(e.number); }); }`;
    expect((await run(handled, [], { pk: 'err' })).resource).toBe(number);
    const thrown = `function () { var c = getContext().getCollection(); c.${call}); }`;
    await expect(run(thrown, [], { pk: 'err' })).rejects.toMatchObject({ code: 400, substatus: number });
  });

  it.each<[string, string, object]>([
    [
      'the number of an error',
      "function () { throw new Error(4444, 'x'); }",
      { code: 400, substatus: 4444, message: expect.stringContaining('Error: x') },
    ],
    ['a text', "function () { throw 'text'; }", { code: 400, message: expect.stringContaining('text') }],
    ['a mistake in its text', 'This is to create a Compile Error!', { code: 400, substatus: 65535 }],
    [
      'abort()',
      "function () { getContext().abort(new Error('enough')); }",
      { code: 400, message: expect.stringContaining('enough') },
    ],
    ['an unknown name', 'function () { nothing(); }', { code: 400, message: expect.stringContaining('nothing') }],
    [
      'another container',
      "function () { __.readDocument('dbs/db/colls/other/docs/x'); }",
      { code: 400, substatus: 400, message: expect.stringContaining('outside current collection') },
    ],
    [
      'a wrong link',
      "function () { __.createDocument('x', {}); }",
      { code: 400, message: expect.stringContaining('Invalid collection link') },
    ],
    [
      'too few arguments',
      'function () { __.createDocument(); }',
      { code: 400, message: expect.stringContaining('requires at least 2 argument(s) but was called with 0') },
    ],
  ])('that fails by %s says so', async (_, body, error) => {
    await expect(run(body)).rejects.toMatchObject(error);
  });

  it('that rejects a promise commits and gives an empty body, as in the service', async () => {
    const body = `async function () {
      __.createDocument(__.getSelfLink(), { id: 'kept-by-promise', pk: 'a' });
      throw new Error('unhandled');
    }`;
    expect((await run(body)).resource).toBeFalsy();
    expect((await container.item('kept-by-promise', 'a').read()).statusCode).toBe(200);
  });

  it('logs where the client asks for it, also when it fails', async () => {
    const LOG = 'x-ms-documentdb-script-log-results';
    const logged = await run("function () { console.log('a %s, 100%%', 'é'); }", [], { logs: true });
    expect(decodeURIComponent(String(logged.headers[LOG]))).toContain('a é, 100%');
    expect((await run("function () { console.log('a'); }")).headers).not.toHaveProperty(LOG);
    const failed = run("function () { console.log('before'); throw new Error('x'); }", [], { logs: true });
    await expect(failed).rejects.toMatchObject({ headers: { [LOG]: expect.stringContaining('before') } });
  });

  it('needs a partition key, and one that exists', async () => {
    await expect(container.scripts.storedProcedure('none').execute('a')).rejects.toMatchObject({ code: 404 });
  });

  it('runs while others read, and its writes are seen when it has ended', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `t${n}`);
    let isDone = false;
    const running = run(CREATE_MANY, [ids, -1], { pk: 'many' }).finally(() => {
      isDone = true;
    });
    const seen = new Set<number>();
    while (!isDone) {
      const { resources } = await container.items
        .query("SELECT VALUE COUNT(1) FROM c WHERE STARTSWITH(c.id, 't')", { partitionKey: 'many' })
        .fetchAll();
      if (!isDone) seen.add(Number(resources[0]));
    }
    await running;
    expect([...seen].every((number) => number === 0 || number === 30)).toBe(true);
    expect(await idsOf('many')).toHaveLength(231);
  });
});

describe('a trigger', () => {
  const create = (id: string, body: string, triggerType: TriggerType, triggerOperation = TriggerOperation.All) =>
    container.scripts.triggers.create({ id, body, triggerType, triggerOperation });

  it('before an operation changes the item', async () => {
    await create(
      'stamp',
      'function () { var r = getContext().getRequest(); var b = r.getBody(); b.stamped = r.getOperationType(); r.setBody(b); }',
      TriggerType.Pre,
    );
    const options = { preTriggerInclude: 'stamp' };
    expect((await container.items.create({ id: 's', pk: 'trigger' }, options)).resource).toMatchObject({
      stamped: 'Create',
    });
    expect((await container.items.upsert({ id: 's', pk: 'trigger' }, options)).resource).toMatchObject({
      stamped: 'Upsert',
    });
    const replaced = await container.item('s', 'trigger').replace({ id: 's', pk: 'trigger' }, options);
    expect(replaced.resource).toMatchObject({ stamped: 'Replace' });
    expect((await container.item('s', 'trigger').read()).resource).toMatchObject({ stamped: 'Replace' });
    expect((await container.items.create({ id: 'plain', pk: 'trigger' })).resource).not.toHaveProperty('stamped');
  });

  it('after an operation changes the response alone, and writes with it', async () => {
    const body = `function () {
      var c = getContext().getCollection();
      c.createDocument(c.getSelfLink(), { id: 'audit', pk: 'trigger' }, function (e) { if (e) throw e; });
      var response = getContext().getResponse();
      var item = response.getBody();
      item.seen = true;
      response.setBody(item);
    }`;
    await create('audit', body, TriggerType.Post);
    const { resource } = await container.items.create(
      { id: 'audited', pk: 'trigger' },
      { postTriggerInclude: 'audit' },
    );
    expect(resource).toMatchObject({ id: 'audited', seen: true });
    expect((await container.item('audited', 'trigger').read()).resource).not.toHaveProperty('seen');
    expect((await container.item('audit', 'trigger').read()).statusCode).toBe(200);
  });

  it('that throws undoes the operation', async () => {
    await create('reject', "function () { throw new Error(1234, 'rejected'); }", TriggerType.Post);
    const created = container.items.create({ id: 'undone', pk: 'trigger' }, { postTriggerInclude: 'reject' });
    await expect(created).rejects.toMatchObject({ code: 400, substatus: 1234 });
    expect((await container.item('undone', 'trigger').read()).statusCode).toBe(404);
  });

  it('of another type or operation is rejected with 400, and one that is not there with 404', async () => {
    await create('deleting', 'function () {}', TriggerType.Pre, TriggerOperation.Delete);
    const write = (options: object) => container.items.create({ id: 'never', pk: 'trigger' }, options);
    await expect(write({ preTriggerInclude: 'deleting' })).rejects.toMatchObject({ code: 400 });
    await expect(write({ postTriggerInclude: 'stamp' })).rejects.toMatchObject({ code: 400 });
    await expect(write({ preTriggerInclude: 'none' })).rejects.toMatchObject({ code: 404 });
    expect((await container.item('s', 'trigger').delete({ preTriggerInclude: 'deleting' })).statusCode).toBe(204);
  });

  it('before an operation has no response', async () => {
    await create('responding', 'function () { getContext().getResponse(); }', TriggerType.Pre);
    const created = container.items.create({ id: 'never', pk: 'trigger' }, { preTriggerInclude: 'responding' });
    await expect(created).rejects.toMatchObject({ code: 400, message: expect.stringContaining('TypeError') });
  });
});

describe('a user-defined function in a query', () => {
  const define = (id: string, body: string) => container.scripts.userDefinedFunctions.create({ id, body });
  const ask = async (query: string, pk = 'udf') =>
    (await container.items.query(query, { partitionKey: pk }).fetchAll()).resources;

  beforeAll(async () => {
    for (const n of [1, 2, 3]) await container.items.create({ id: `u${n}`, pk: 'udf', n });
    await define('twice', 'function (x) { return 2 * x; };');
    await define('nothing', '(x) => undefined');
    await define('typeOf', 'function (x) { return typeof x; }');
    await define('fails', "function () { throw new Error('on purpose'); }");
    await define('throwsNumber', "function () { throw new Error(4711, 'x'); }");
    await define('loops', 'function () { while (true) {} }');
    await define('broken', 'this is no function');
    await define('counts', 'function () { this.calls = (this.calls || 0) + 1; return this.calls; }');
    await define('shape', 'function (a, b) { return { list: [a, b], n: null }; }');
  });

  it.each<[string, unknown[]]>([
    ['SELECT VALUE udf.twice(c.n) FROM c', [2, 4, 6]],
    ['SELECT VALUE UDF.twice(c.n) FROM c', [2, 4, 6]],
    ['SELECT VALUE c.id FROM c WHERE udf.twice(c.n) > 3', ['u2', 'u3']],
    ['SELECT udf.twice(c.n) AS d, udf.nothing(c.n) AS e FROM c WHERE c.n = 1', [{ d: 2 }]],
    ['SELECT VALUE udf.nothing(c.n) FROM c', []],
    ['SELECT VALUE udf.typeOf(c.absent) FROM c WHERE c.n = 1', ['undefined']],
    ['SELECT VALUE udf.shape(c.n, "é") FROM c WHERE c.n = 1', [{ list: [1, 'é'], n: null }]],
    ['SELECT VALUE SUM(udf.twice(c.n)) FROM c', [12]],
    ['SELECT VALUE udf.twice(udf.twice(c.n)) FROM c ORDER BY c.n DESC', [12, 8, 4]],
  ])('%s', async (query, rows) => {
    expect(await ask(query)).toEqual(rows);
  });

  it.each<[string, string, object]>([
    ['fails', 'udf.fails()', { code: 400, message: expect.stringContaining('on purpose') }],
    ['throws a number', 'udf.throwsNumber()', { code: 400, substatus: 4711 }],
    ['loops for ever', 'udf.loops()', { code: 408 }],
    ['is no function', 'udf.broken()', { code: 400, substatus: 65535 }],
    ['is not there', 'udf.absent(c.n)', { code: 400, message: expect.stringContaining("'absent'") }],
  ])('that %s fails the query', async (_, call, error) => {
    await expect(ask(`SELECT VALUE ${call} FROM c`)).rejects.toMatchObject(error);
    expect(await ask('SELECT VALUE udf.twice(c.n) FROM c WHERE c.n = 1')).toEqual([2]);
  });

  it('remembers nothing of an earlier query', async () => {
    expect(await ask('SELECT VALUE udf.counts() FROM c')).toEqual([1, 2, 3]);
    expect(await ask('SELECT VALUE udf.counts() FROM c')).toEqual([1, 2, 3]);
  });

  it('is called in each physical partition', async () => {
    const wide = await account.container({ throughput: 12_000 });
    await wide.scripts.userDefinedFunctions.create({ id: 'twice', body: 'function (x) { return 2 * x; }' });
    for (let n = 0; n < 10; n += 1) await wide.items.create({ id: String(n), pk: n, n });
    const { resources } = await wide.items.query('SELECT VALUE udf.twice(c.n) FROM c ORDER BY c.n').fetchAll();
    expect(resources).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });
});

test('a stored procedure that waits does not begin when its client has left', async () => {
  const own = await openSdkAccount({ scriptLimits: { milliseconds: 3_000 } });
  const items = await own.container();
  const { scripts } = items;
  await scripts.storedProcedures.create({ id: 'endless', body: 'function () { for (;;); }' });
  const body =
    'function () { var c = getContext().getCollection(); c.createDocument(c.getSelfLink(), { id: "left", pk: "a" }); }';
  await scripts.storedProcedures.create({ id: 'creates', body });
  const endless = scripts.storedProcedure('endless').execute('a').catch(String);
  const leaving = new AbortController();
  const left = scripts.storedProcedure('creates').execute('a', [], { abortSignal: leaving.signal }).catch(String);
  await delay(500);
  leaving.abort();
  await Promise.all([endless, left]);
  await items.items.create({ id: 'next', pk: 'a' }); // waits for what came before
  expect((await items.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'a' }).fetchAll()).resources).toEqual([
    'next',
  ]);
  await own.close();
});
