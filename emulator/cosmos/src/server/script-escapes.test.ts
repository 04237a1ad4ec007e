import type { Container } from '@azure/cosmos';
import { openSdkAccount, type SdkAccount } from '../testing/sdk-account.ts';

/** Less than the service gives, so that the tests do not wait long. */
const LIMIT_MS = 1_000;

let account: SdkAccount;
let container: Container;

beforeAll(async () => {
  account = await openSdkAccount({ scriptLimits: { milliseconds: LIMIT_MS } });
  container = await account.container();
  await container.items.create({ id: 'own', pk: 'a' });
  await container.items.create({ id: 'other', pk: 'b' });
});

afterAll(() => account.close());

let count = 0;

async function run(body: string, args: unknown[] = []): Promise<unknown> {
  count += 1;
  const id = `escape-${count}`;
  await container.scripts.storedProcedures.create({ id, body });
  return (await container.scripts.storedProcedure(id).execute('a', args)).resource;
}

/** What the expression gives in a script: its value as text, or the name of the error that it throws. */
function evaluate(expression: string): Promise<unknown> {
  return run(`function () {
    var result;
    try { result = String(${expression}); } catch (error) { result = 'threw ' + error.name; }
    getContext().getResponse().setBody(result);
  }`);
}

describe('a script reaches no host', () => {
  it.each([
    'process',
    'require',
    'module',
    '__filename',
    'global',
    'Buffer',
    'fetch',
    'XMLHttpRequest',
    'WebSocket',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'WebAssembly',
    'SharedArrayBuffer && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e9)',
    'Worker',
    'MessageChannel',
    'performance',
    'navigator',
    'Deno',
    'std',
    'os',
    'bjson',
    'print',
    'load',
    'scriptArgs',
    'host',
    'settings',
    'queue',
  ])('by the name %s', async (name) => {
    expect(await evaluate(name)).toMatch(/^threw /);
  });

  it.each([
    ['the constructor of a function', "(function () {}).constructor('return typeof process + typeof require')()"],
    [
      'the constructor of a function of the server',
      "getContext.constructor('return typeof process + typeof require')()",
    ],
    [
      'the constructor of an asynchronous function',
      "Object.getPrototypeOf(async function () {}).constructor('return 1') && typeof process + typeof require",
    ],
    [
      'the constructor of a generator',
      "Object.getPrototypeOf(function* () {}).constructor('yield typeof process + typeof require')().next().value",
    ],
    ['eval', "(0, eval)('typeof process + typeof require')"],
    ['this', '(function () { return typeof this.process + typeof this.require; })()'],
    ['globalThis', 'typeof globalThis.process + typeof globalThis.require'],
    ['the constructor of console.log', "console.log.constructor('return typeof process + typeof require')()"],
    [
      'the prototype of the collection',
      "__.__proto__.constructor.constructor('return typeof process + typeof require')()",
    ],
    ['the caller of a function', '(function f() { return typeof process + typeof (f.caller && f.caller.require); })()'],
    [
      'an error with a stack of its own',
      '(function () { Error.prepareStackTrace = function (e, s) { return s; }; return typeof process + typeof new Error().stack.require; })()',
    ],
    [
      'a proxy around the arguments',
      'new Proxy(getContext, { apply: function () { return typeof process + typeof require; } })()',
    ],
    [
      'a symbol of the response',
      "typeof process + typeof getContext().getResponse()[Symbol.for('nodejs.util.inspect.custom')]",
    ],
  ])('through %s', async (_, expression) => {
    expect(await evaluate(expression)).toBe('undefinedundefined');
  });

  it.each([
    ['import()', "import('node:fs')"],
    ['import.meta', 'import.meta'],
    ['an import', "function () {} import fs from 'node:fs';"],
  ])('by %s', async (_, text) => {
    const body = text.startsWith('function') ? text : `function () { return ${text}; }`;
    const outcome = await run(body).catch((error: { code: number }) => error.code);
    expect([undefined, null, '', 400]).toContain(outcome);
  });
});

describe('a script changes nothing beyond itself', () => {
  it('not the globals of the next one', async () => {
    await run(
      'function () { Object.prototype.leak = 1; Array.prototype.map = null; globalThis.leak = 2; JSON.stringify = function () { return \'"taken"\'; }; }',
    ).catch(() => undefined);
    expect(await evaluate('typeof leak + typeof ({}).leak + typeof [].map')).toBe('undefinedundefinedfunction');
  });

  it('not the prototypes of the server, by members of items and results', async () => {
    const body = `function () {
      var item = JSON.parse('{"id":"proto","pk":"a","__proto__":{"leak":1},"constructor":{"prototype":{"leak":1}}}');
      __.createDocument(__.getSelfLink(), item, function (e, created) { getContext().getResponse().setBody(JSON.parse('{"__proto__":{"leak":1}}')); });
    }`;
    await run(body);
    expect(({} as { leak?: unknown }).leak).toBeUndefined();
    expect((await container.item('own', 'a').read()).resource).not.toHaveProperty('leak');
  });

  it.each([
    ['a query', "__.queryDocuments(__.getSelfLink(), 'SELECT * FROM c', done)"],
    ['a feed', '__.readDocuments(__.getSelfLink(), { pageSize: 1e9 }, done)'],
    ['a query for another key', '__.queryDocuments(__.getSelfLink(), "SELECT * FROM c WHERE c.pk = \'b\'", done)'],
    [
      'a continuation that it made up',
      "__.queryDocuments(__.getSelfLink(), 'SELECT * FROM c', { continuation: '-1' }, done)",
    ],
  ])('and sees no item of another partition by %s', async (_, call) => {
    const body = `function () { ${call}; function done(e, rows) { getContext().getResponse().setBody(rows ? rows.map(function (r) { return r.pk; }) : []); } }`;
    expect((await run(body)) as string[]).not.toContain('b');
  });

  it('and writes no item of another partition, nor of another container', async () => {
    const other = await account.container();
    const links = [`dbs/db/colls/${other.id}`, String((await other.read()).resource?._self), 'dbs/db/colls/..', '../'];
    for (const link of links)
      await expect(
        run(`function (link) { __.createDocument(link, { id: 'x', pk: 'a' }); }`, [link]),
      ).rejects.toMatchObject({ code: 400 });
    await expect(
      run("function () { __.createDocument(__.getSelfLink(), { id: 'x', pk: 'b' }); }"),
    ).rejects.toMatchObject({ code: 400 });
    const self = String((await container.item('other', 'b').read()).resource?._self);
    await expect(run('function (self) { __.deleteDocument(self); }', [self])).rejects.toMatchObject({ substatus: 404 });
    expect((await container.item('other', 'b').read()).statusCode).toBe(200);
    expect((await other.items.readAll().fetchAll()).resources).toEqual([]);
  });

  it('even when it replaces the functions that the server calls', async () => {
    const body = `function () {
      JSON.stringify = function () { return '[{"op":"create","body":{"id":"forged","pk":"b"}},{"op":"none"},7]'; };
      __.readDocument(__.getAltLink() + '/docs/own');
    }`;
    await run(body).catch(() => undefined);
    expect((await container.item('forged', 'b').read()).statusCode).toBe(404);
    expect((await container.item('own', 'a').read()).statusCode).toBe(200);
  });
});

describe('a script that does not end well', () => {
  const written = "__.createDocument(__.getSelfLink(), { id: 'half', pk: 'a' });";

  it.each([
    ['loops for ever', 'while (true) {}', 408],
    [
      'loops for ever after a write',
      'function spin() { while (true) {} } __.readDocument(__.getAltLink() + "/docs/own", spin);',
      408,
    ],
    ['loops in a regular expression', "/^(a+)+$/.test('a'.repeat(60) + 'b');", 408],
    ['catches what stops it', 'while (true) { try { while (true) {} } catch (e) {} }', 408],
    ['resolves promises for ever', '(function next() { return Promise.resolve().then(next); })();', 408],
  ])('because it %s is stopped, and nothing of it is left', async (_, text, code) => {
    await expect(run(`function () { ${written} ${text} }`)).rejects.toMatchObject({ code });
    expect((await container.item('half', 'a').read()).statusCode).toBe(404);
  });

  it.each([
    ['takes all memory', "var all = []; while (true) all.push('x'.repeat(1e6) + all.length);"],
    ['takes an enormous array', 'new Array(1e9).fill(0);'],
    ['recurses without end', '(function f() { f(); })();'],
    ['recurses through JSON', 'var deep = []; for (var i = 0; i < 1e5; i++) deep = [deep]; JSON.stringify(deep);'],
    ['sorts with a comparison that recurses', '[2, 1].sort(function c() { return [2, 1].sort(c); });'],
  ])('because it %s fails, and nothing of it is left', async (_, text) => {
    await expect(run(`function () { ${written} ${text} }`)).rejects.toMatchObject({ code: expect.any(Number) });
    expect((await container.item('half', 'a').read()).statusCode).toBe(404);
    expect(await evaluate('1 + 1')).toBe('2');
  });

  it('because its text is nested too deep does not end the server', async () => {
    const depth = 60_000;
    const nested = `function () { return ${'('.repeat(depth)}1${')'.repeat(depth)}; }`;
    await run(nested).catch(() => undefined);
    expect(await evaluate('1 + 1')).toBe('2');
  });

  it('because it may do no more operations gets false, and goes on in its next call', async () => {
    const { server, ...small } = await openSdkAccount({ scriptLimits: { operations: 3 } });
    const items = await small.container();
    const body = `function (from, to) {
      var done = from;
      next();
      function next() {
        getContext().getResponse().setBody(done);
        if (done < to) __.createDocument(__.getSelfLink(), { id: 'i' + done, pk: 'a' }, function (e) { if (e) throw e; done += 1; next(); });
      }
    }`;
    await items.scripts.storedProcedures.create({ id: 'continue', body });
    const reached: unknown[] = [];
    for (let from = 0; from < 7; from = Number(reached.at(-1)))
      reached.push((await items.scripts.storedProcedure('continue').execute('a', [from, 7])).resource);
    expect(reached).toEqual([3, 6, 7]);
    await small.close();
  });

  it('because it queues operations without end learns that they are no longer accepted', async () => {
    const body = `function () {
      var accepted = 0;
      while (__.readDocument(__.getAltLink() + '/docs/own', function () {})) accepted += 1;
      getContext().getResponse().setBody(accepted);
    }`;
    const accepted = await run(body).catch(({ code }: { code: number }) => code);
    expect(typeof accepted).toBe('number');
    expect(await evaluate('1 + 1')).toBe('2');
  });
});
