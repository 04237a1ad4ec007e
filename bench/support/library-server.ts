// node:http and the `@azure/functions` library with nothing between them: the ceiling of any host in JavaScript.
// Runs the first function that an app registers; the app is the first argument, and without one it says hello.
import { createServer } from 'node:http';
import Module, { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

type Callback = (...args: unknown[]) => unknown;
const registered: { metadata: object; callback: Callback }[] = [];
interface Invocation {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue: { http: { body: { bytes: Uint8Array } } } }>;
}
let model: { getInvocationModel(core: object): Invocation } | undefined;
Object.assign(globalThis, {
  benchCore: {
    version: '3.12.0',
    hostVersion: '4.1052.200',
    Disposable: class {},
    registerFunction: (metadata: object, callback: Callback) => void registered.push({ metadata, callback }),
    registerHook: () => undefined,
    setProgrammingModel: (value: typeof model) => {
      model = value;
    },
    log: () => undefined,
  },
});
Module.registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@azure/functions-core'
      ? { url: 'bench:core', format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === 'bench:core'
      ? { format: 'commonjs', source: 'module.exports = globalThis.benchCore', shortCircuit: true }
      : next(url, context),
});
createRequire(import.meta.url)(`../apps/${process.argv[2] ?? 'hello'}/index.cjs`);
const [first] = registered;
if (!first || !model) throw new Error('The library registered nothing');
const { metadata, callback } = first;
const getInvocationModel = model.getInvocationModel.bind(model);
const triggerName = Object.keys((metadata as { bindings: object }).bindings).find((name) => name !== '$return');

const server = createServer(({ headers }, response) => {
  void callOnce(headers).then((body) => response.end(body));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // a port was asked for
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/`, pid: process.pid }));
});

async function callOnce(headers: object): Promise<Uint8Array> {
  const http = { method: 'GET', url: 'http://localhost:7071/api/hello', headers, query: {}, params: {} };
  const request = {
    invocationId: '7a3ef0fb-6a4b-4f3e-9f39-2d5a51f3a0c1',
    functionId: 'hello',
    inputData: [{ name: triggerName, data: { http } }],
    triggerMetadata: {},
    traceContext: { traceParent: '', traceState: '', attributes: {} },
  };
  const core = { invocationId: request.invocationId, request, metadata, log: () => undefined };
  const invocation = getInvocationModel(core);
  const { context, inputs } = await invocation.getArguments();
  const result = await invocation.invokeFunction(context, inputs, callback);
  const { returnValue } = await invocation.getResponse(context, result);
  return returnValue.http.body.bytes;
}
