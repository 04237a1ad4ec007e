import type { RpcRetryOptions } from '../../protocol/rpc-types.ts';
import { FunctionRegistry } from '../core/function-registry.ts';
import { indexFunctions } from './index-functions.ts';

const RESERVED = 'The specified route conflicts with one or more built in routes.';
const run = () => undefined;

interface Http {
  readonly name: string;
  readonly route?: string;
  readonly methods?: readonly string[];
}

/** Indexes HTTP functions, and gives the reason of each that is in error. */
async function indexHttp(functions: readonly Http[], routePrefix = 'api'): Promise<Record<string, string>> {
  const registry = new FunctionRegistry();
  for (const { name, ...trigger } of functions) {
    registry.register({ name, bindings: { req: { type: 'httpTrigger', ...trigger } } }, run);
  }
  return reasons(registry, routePrefix);
}

async function reasons(registry: FunctionRegistry, routePrefix = 'api'): Promise<Record<string, string>> {
  await indexFunctions(registry, routePrefix);
  return Object.fromEntries(registry.inError.map(({ name, error }) => [name, String((error as Error).message)]));
}

describe('indexFunctions()', () => {
  test.each(['hello', 'A-b_1', 'a'.repeat(128)])('accepts the function name %s', async (name) => {
    expect(await indexHttp([{ name }])).toEqual({});
  });

  test.each(['', '1a', 'a b', 'host', 'HOST', 'é', 'a'.repeat(129)])('rejects the function name %j', async (name) => {
    expect(await indexHttp([{ name }, { name: 'good' }])).toEqual({
      [name]: expect.stringContaining(`'${name}' is not a valid function name`),
    });
  });

  test.each<[Http, string]>([
    [{ name: 'a', route: 'admin' }, 'api'],
    [{ name: 'a', route: '/Admin/users/' }, 'api'],
    [{ name: 'a', route: 'administrators' }, 'api'],
    [{ name: 'a', route: 'runtime/webhooks' }, 'api'],
    [{ name: 'admin' }, 'api'],
    [{ name: 'a', route: 'x' }, 'admin'],
    [{ name: 'a', route: 'x' }, '/runtime/'],
  ])('rejects the reserved route of %j with the prefix %s', async (fn, prefix) => {
    expect(await indexHttp([fn], prefix)).toEqual({ [fn.name]: RESERVED });
  });

  test.each<[Http]>([[{ name: 'a', route: 'users/admin' }], [{ name: 'a', route: 'adm' }], [{ name: 'a', route: '' }]])(
    'accepts the route of %j',
    async (fn) => {
      expect(await indexHttp([fn])).toEqual({});
    },
  );

  test.each<[Omit<Http, 'name'>, Omit<Http, 'name'>]>([
    [{ route: 'items' }, { route: '/ITEMS/' }],
    [{ route: 'items/{id}' }, { route: 'items/{ID}' }],
    [{ route: 'items', methods: ['GET'] }, { route: 'items' }],
    [
      { route: 'items', methods: ['GET', 'POST'] },
      { route: 'items', methods: ['post'] },
    ],
    [{ route: 'second' }, {}],
  ])('rejects the second of two functions with the routes %j and %j', async (first, second) => {
    expect(
      await indexHttp([
        { name: 'first', ...first },
        { name: 'second', ...second },
      ]),
    ).toEqual({
      second: "The route specified conflicts with the route defined by function 'first'.",
    });
  });

  test('accepts one route for different methods, and different routes that match the same paths', async () => {
    const functions = [
      { name: 'a', route: 'items', methods: ['GET'] },
      { name: 'b', route: 'items', methods: ['POST'] },
      { name: 'c', route: 'items/{id}' },
      { name: 'd', route: 'items/{key}' },
    ];
    expect(await indexHttp(functions)).toEqual({});
  });

  test('lets a third function take the route of one that is in error', async () => {
    const functions = [
      { name: '1st', route: 'x' },
      { name: 'a', route: 'x' },
    ];
    expect(Object.keys(await indexHttp(functions))).toEqual(['1st']);
  });

  test.each([
    ['{id:nosuch}', 'nosuch'],
    ['{id', '{'],
    ['{id}/{id}', 'id'],
    ['{id:regex([)}', '['],
  ])('rejects the route template %s', async (route, message) => {
    expect(await indexHttp([{ name: 'bad', route }, { name: 'good' }])).toEqual({
      bad: expect.stringContaining(message),
    });
  });

  test.each(['a_b', '_a', 'a1', 'A'.repeat(128)])('accepts the binding name %s', async (binding) => {
    const registry = new FunctionRegistry();
    registry.register({ name: 'f', bindings: { [binding]: { type: 'queueTrigger' } } }, run);
    expect(await reasons(registry)).toEqual({});
  });

  test.each<[object[], string]>([
    [[], 'At least one binding must be declared.'],
    [[{ type: 'httpTrigger' }], 'The binding name  is invalid. Please assign a valid name to the binding.'],
    [[{ name: 'a-b', type: 'httpTrigger' }], 'The binding name a-b is invalid.'],
    [[{ name: 'req' }], "Binding 'req' is invalid. Bindings must specify a Type."],
    [
      [
        { name: 'req', type: 'httpTrigger' },
        { name: '$return', type: 'http', direction: 'in' },
      ],
      "$return bindings must specify a direction of 'out'.",
    ],
    [
      [
        { name: 'a', type: 'httpTrigger' },
        { name: 'A', type: 'http', direction: 'out' },
      ],
      "Multiple bindings with name 'A' discovered. Binding names must be unique.",
    ],
    [
      [
        { name: 'a', type: 'queueTrigger' },
        { name: 'b', type: 'timerTrigger' },
      ],
      'Multiple trigger bindings defined. A function can only have a single trigger binding.',
    ],
    [[{ name: 'a', type: 'blob' }], 'No trigger binding specified. A function must have a trigger input binding.'],
    [
      [{ name: 'a', type: 'httpTrigger', direction: 'out' }],
      'No trigger binding specified. A function must have a trigger input binding.',
    ],
  ])('rejects the bindings %j', async (bindings, message) => {
    const registry = new FunctionRegistry();
    const rawBindings = bindings.map((binding) => JSON.stringify(binding));
    const metadata = { name: 'f', functionId: 'f', bindings: {}, rawBindings };
    registry.add({ metadata, callback: run, model: 'function.json' });
    expect(await reasons(registry)).toEqual({ f: expect.stringContaining(message) });
    expect(registry.size).toBe(0);
  });
});

describe('indexFunctions() reads the enums of a binding as BindingMetadata of the host does, and', () => {
  async function reasonFor(trigger: object): Promise<string | undefined> {
    const registry = new FunctionRegistry();
    registry.register({ name: 'fn', bindings: { item: { type: 'queueTrigger', queueName: 'q', ...trigger } } }, run);
    return (await reasons(registry)).fn;
  }

  test.each([
    { direction: 'IN' },
    { dataType: 'Binary' },
    { dataType: '' },
    { cardinality: 'MANY' },
    { cardinality: 0 },
  ])('accepts %j', async (properties) => {
    expect(await reasonFor(properties)).toBeUndefined();
  });

  test.each([
    [{ direction: 'sideways' }, "'sideways' is not a valid binding direction."],
    [
      { dataType: 'json' },
      "Error converting value \"json\" to type 'System.Nullable`1[Microsoft.Azure.WebJobs.Script.Description.DataType]'. Path 'dataType'.",
    ],
    [{ cardinality: 'some' }, 'Error converting value "some" to type'],
  ])('rejects %j', async (properties, reason) => {
    expect(await reasonFor(properties)).toContain(reason);
  });
});

describe('indexFunctions() reads a retry policy that was registered in code, and', () => {
  const second = { seconds: 1 };
  const fixed = { retryStrategy: 'fixedDelay', maxRetryCount: 1, delayInterval: second } as const;
  const growing = { ...fixed, retryStrategy: 'exponentialBackoff', minimumInterval: second } as const;

  async function reasonFor(retryOptions: RpcRetryOptions): Promise<string | undefined> {
    const registry = new FunctionRegistry();
    registry.register({ name: 'fn', retryOptions, bindings: { item: { type: 'queueTrigger', queueName: 'q' } } }, run);
    return (await reasons(registry)).fn;
  }

  test.each<RpcRetryOptions>([fixed, { ...fixed, maxRetryCount: -1 }, { ...growing, maximumInterval: second }])(
    'accepts %j',
    async (policy) => {
      expect(await reasonFor(policy)).toBeUndefined();
    },
  );

  test.each<[RpcRetryOptions, string]>([
    [{ ...fixed, maxRetryCount: -2 }, 'maxRetryCount is -2'],
    [{ ...fixed, maxRetryCount: Number.NaN }, 'maxRetryCount is NaN'],
    [{ ...fixed, delayInterval: null }, 'fixedDelay needs a delayInterval'],
    [growing, 'exponentialBackoff needs a minimumInterval'],
    [{ ...growing, maximumInterval: { seconds: 0 } }, 'no longer than its maximumInterval'],
  ])('rejects %j', async (policy, reason) => {
    expect(await reasonFor(policy)).toContain(reason);
  });
});
