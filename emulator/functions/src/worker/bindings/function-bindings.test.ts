import type { RpcInvocationRequest } from '../../protocol/rpc-types.ts';
import { bindingDataOf } from './binding-data.ts';
import { type FunctionBindings, runBound } from './function-bindings.ts';

const request: RpcInvocationRequest = {
  invocationId: 'i',
  functionId: 'f',
  inputData: [{ name: 'message', data: { string: '{"id":"7"}' } }],
  triggerMetadata: { DequeueCount: { json: '2' }, Id: { string: 'm' }, InsertionTime: { json: '"2026-01-01"' } },
  traceContext: { traceParent: '', traceState: '', attributes: {} },
};

test('runBound() adds inputs after the trigger and writes what the function returned', async () => {
  const written: unknown[] = [];
  const bindings: FunctionBindings = {
    any: true,
    readInputs: async (data) => [{ name: 'doc', data: { string: `doc ${String(data.id)}` } }],
    writeOutputs: async (response) => void written.push(response.returnValue),
  };
  const response = await runBound(bindings, request, async ({ inputData }) => ({
    returnValue: inputData[1]?.data ?? null,
  }));
  expect(response).toEqual({ returnValue: { string: 'doc 7' } });
  expect(written).toEqual([{ string: 'doc 7' }]);
});

test('runBound() rejects when an output cannot be written', async () => {
  const bindings: FunctionBindings = {
    any: true,
    readInputs: async () => [],
    writeOutputs: async () => Promise.reject(new Error('full')),
  };
  await expect(runBound(bindings, request, async () => ({}))).rejects.toThrow('full');
});

test('bindingDataOf() gives metadata and the properties of a JSON payload', () => {
  expect(bindingDataOf(request)).toEqual({ id: '7', DequeueCount: 2, Id: 'm', InsertionTime: '2026-01-01' });
});

test('bindingDataOf() gives route, query, headers and body of an HTTP request', () => {
  const http = {
    query: { q: '1' },
    headers: { h: '2' },
    params: { id: '3' },
    body: { bytes: Buffer.from('{"b":4}') },
  };
  const data = bindingDataOf({ ...request, inputData: [{ name: 'req', data: { http } }], triggerMetadata: {} });
  expect(data).toEqual({ b: 4, q: '1', id: '3', Query: { q: '1' }, Headers: { h: '2' } });
});

test('bindingDataOf() finds the same in the metadata of a streamed request', () => {
  const triggerMetadata = { id: { string: '3' }, Query: { json: '{"q":"1"}' }, Headers: { json: '{"h":"2"}' } };
  const data = bindingDataOf({ ...request, inputData: [{ name: 'req', data: { http: {} } }], triggerMetadata });
  expect(data).toEqual({ q: '1', id: '3', Query: { q: '1' }, Headers: { h: '2' } });
});
