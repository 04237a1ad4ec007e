import type { CustomHandlerSettings } from '../../config/host-settings.ts';
import { HOST_VERSION } from '../../host-version.ts';
import type { RpcFunctionMetadata, RpcInvocationResponse } from '../../protocol/rpc-types.ts';
import type { CoreInvocationContext, InvocationModel, ProgrammingModel } from '../core/programming-model.ts';
import { StreamProxy } from '../http/stream-proxy.ts';
import type { WorkerDependencies } from '../invocation/function-app.ts';
import { createSystemData } from '../invocation/invocation.ts';
import { HandlerProcess } from './handler-process.ts';
import {
  forwardInvocation,
  forwardRequest,
  type HandlerAnswer,
  postPayload,
  proxyRequest,
  type StreamedExchange,
} from './handler-requests.ts';
import { parseResult, toPayload, toResponse } from './payload.ts';

export { HandlerProcess };

interface CustomHandler {
  readonly process: HandlerProcess;
  readonly settings: CustomHandlerSettings;
  readonly dependencies: Pick<WorkerDependencies, 'clock' | 'randomness'>;
}

/** What runs the functions of an app with a custom handler. */
export interface CustomHandlerModel {
  readonly model: ProgrammingModel;
  /** Through which the executable gets requests as they are; undefined when it gets payloads alone. */
  readonly streamProxy: StreamProxy | undefined;
}

/** Runs functions by requests to the executable: each invocation is one request. */
export function createCustomHandlerModel(handler: CustomHandler): CustomHandlerModel {
  const exchanges = new Map<string, StreamedExchange>();
  return {
    model: {
      name: 'custom handler',
      version: HOST_VERSION,
      getInvocationModel: (core) => {
        const exchange = exchanges.get(core.invocationId);
        exchanges.delete(core.invocationId);
        return exchange ? streamed(handler, core, exchange) : invoked(handler, core);
      },
    },
    streamProxy: handler.settings.httpRequests === 'payload' ? undefined : collectInto(exchanges),
  };
}

function collectInto(exchanges: Map<string, StreamedExchange>): StreamProxy {
  const proxy = new StreamProxy(({ metadata }) => isHttpOnly(metadata));
  proxy.on('request', (message: StreamedExchange['message'], response: StreamedExchange['response']) => {
    exchanges.set(String(message.headers['x-ms-invocation-id']), { message, response });
  });
  return proxy;
}

/** Whether the function has an HTTP trigger, an HTTP output and nothing else. */
function isHttpOnly({ bindings }: RpcFunctionMetadata): boolean {
  const types = Object.values(bindings).map(({ type }) => type.toLowerCase());
  return types.length === 2 && types.includes('httptrigger') && types.includes('http');
}

/** The function's own request goes to the executable, and its response to the client. */
function streamed(
  { process, settings }: CustomHandler,
  core: CoreInvocationContext,
  exchange: StreamedExchange,
): InvocationModel {
  const { invocationId } = core;
  return {
    getArguments: async () => ({ context: core, inputs: [] }),
    invokeFunction: () =>
      settings.httpRequests === 'proxy'
        ? proxyRequest(process, exchange, { invocationId })
        : forwardRequest(process, exchange, { invocationId, ...pathFor(core, settings) }),
    getResponse: async (_context, result) => {
      await write(result as HandlerAnswer, exchange); // as invokeFunction has returned it, with its body paced
      return {};
    },
  };
}

async function write({ status, headers, body }: HandlerAnswer, { response }: StreamedExchange): Promise<void> {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, Array.isArray(value) ? value : String(value));
  }
  for await (const chunk of body) response.write(chunk);
  response.end();
}

/** The executable gets a payload, or a request that the host makes, and its response is that of the function. */
function invoked({ process, settings, dependencies }: CustomHandler, core: CoreInvocationContext): InvocationModel {
  const { invocationId, metadata } = core;
  const [trigger] = core.request.inputData;
  const asRequest = settings.httpRequests !== 'payload' && isHttpOnly(metadata) ? trigger?.data.http : undefined;

  async function run(): Promise<RpcInvocationResponse> {
    if (asRequest) {
      const data = await forwardInvocation(process, asRequest, { invocationId, ...pathFor(core, settings) });
      return { returnValue: data };
    }
    const system = createSystemData(metadata.name, dependencies);
    const request = { ...core.request, triggerMetadata: { ...system, ...core.request.triggerMetadata } };
    const text = await postPayload(process, toPayload(request, metadata), {
      functionName: metadata.name,
      invocationId,
    });
    const result = parseResult(text);
    for (const line of result.logs) core.log('information', 'user', line);
    return toResponse(result, metadata);
  }

  return {
    getArguments: async () => ({ context: core, inputs: [] }),
    invokeFunction: run,
    getResponse: async (_context, response) => response as RpcInvocationResponse, // of `run`
  };
}

/** The older `httpWorker` addresses functions by their names. */
function pathFor(
  { metadata }: CoreInvocationContext,
  { httpRequests }: CustomHandlerSettings,
): { readonly path?: string } {
  return httpRequests === 'forward-by-name' ? { path: `/${metadata.name}` } : {};
}
