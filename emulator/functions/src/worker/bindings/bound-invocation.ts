import type { RpcHttpData, RpcInvocationRequest, RpcInvocationResponse } from '../../protocol/rpc-types.ts';
import { httpBindingData, parseObject, triggerBindingData } from './binding-data.ts';
import type { BindingData } from './binding-expression.ts';
import type { FunctionBindings } from './function-bindings.ts';
import { fromMetadata } from './trigger-metadata.ts';

/**
 * Runs an invocation with the function's inputs read before it and its outputs written after it. Rejects, as a failed
 * invocation, when an input cannot be read or an output cannot be written.
 *
 * @param request its first input is the trigger's
 */
export async function runBound(
  bindings: FunctionBindings,
  request: RpcInvocationRequest,
  run: (request: RpcInvocationRequest) => Promise<RpcInvocationResponse>,
): Promise<RpcInvocationResponse> {
  const data = bindingDataOf(request);
  const inputs = await bindings.readInputs(data);
  const response = await run({ ...request, inputData: [...request.inputData, ...inputs] });
  await bindings.writeOutputs(response, data);
  return response;
}

/** What binding expressions may refer to in this invocation. */
export function bindingDataOf({ inputData, triggerMetadata }: RpcInvocationRequest): BindingData {
  const trigger = inputData[0]?.data;
  const { sys: _system, ...own } = triggerMetadata; // what it holds, binding expressions work out themselves
  const metadata = fromMetadata(own);
  if (trigger?.http) return fromHttp(trigger.http, metadata);
  return triggerBindingData(trigger?.string ?? trigger?.json ?? undefined, metadata);
}

/** A streamed request comes as metadata alone: `Query`, `Headers`, and the route values as text beside them. */
function fromHttp({ query, headers, params, body }: RpcHttpData, metadata: BindingData): BindingData {
  const { Query, Headers, ...routeValues } = metadata;
  const text = body?.string ?? body?.json ?? (body?.bytes ? Buffer.from(body.bytes).toString() : undefined);
  return httpBindingData({
    body: parseObject(text),
    query: query ?? onlyTexts(Query),
    headers: headers ?? onlyTexts(Headers),
    routeValues: params ?? onlyTexts(routeValues),
  });
}

function onlyTexts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, item]) => typeof item === 'string'));
}
