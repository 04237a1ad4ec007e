import type { Log } from '@lazurite/runtime';
import {
  errorResponse,
  isRecord,
  JSON_RPC_CODES,
  JsonRpcError,
  type JsonRpcMessage,
  type JsonRpcResponse,
  type Params,
} from './json-rpc.ts';

/** Who sent a request, and by which transport. */
export interface McpCaller {
  readonly sessionId: string | undefined;
  /** What the client said of itself in `initialize`; undefined on a transport without state. */
  readonly clientInfo: Params | undefined;
  readonly transport: 'http-streamable' | 'http-sse';
  /** The headers of the HTTP request. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Listed {
  /** As the client lists it: `tools/list` and its like. */
  readonly definition: Params;
}

export interface McpTool extends Listed {
  readonly name: string;
  /** Returns a CallToolResult. @throws JsonRpcError for arguments that are not valid */
  call(args: Params, caller: McpCaller): Promise<object>;
}

export interface McpResource extends Listed {
  /** Whether `uri` is this resource, or one of this template. */
  matches(uri: string): boolean;
  /** True: the definition is listed among the templates. */
  readonly isTemplate: boolean;
  /** Returns a ReadResourceResult. */
  read(uri: string, caller: McpCaller): Promise<object>;
}

export interface McpPrompt extends Listed {
  readonly name: string;
  /** Returns a GetPromptResult. @throws JsonRpcError for arguments that are not valid */
  get(args: Params, caller: McpCaller): Promise<object>;
}

/** What a server of the Model Context Protocol offers. */
export interface McpFeatures {
  readonly serverInfo: { readonly name: string; readonly version: string };
  readonly instructions: string | undefined;
  readonly tools: readonly McpTool[];
  readonly resources: readonly McpResource[];
  readonly prompts: readonly McpPrompt[];
}

/** The latest last. A client that asks for another one is offered the latest, as the protocol has it. */
const PROTOCOL_VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;

type Method = (params: Params, caller: McpCaller) => object | Promise<object>;

/** Carries out the requests of the Model Context Protocol. It has no state: transports keep sessions. */
export class McpServer {
  readonly #features: McpFeatures;
  readonly #log: Log;
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(features: McpFeatures, log: Log) {
    this.#features = features;
    this.#log = log;
    this.#methods = new Map<string, Method>([
      ['initialize', (params) => this.#initialize(params)],
      ['ping', () => ({})],
      ['logging/setLevel', () => ({})],
      ['tools/list', () => ({ tools: definitions(features.tools) })],
      ['tools/call', (params, caller) => this.#callTool(params, caller)],
      ['resources/list', () => ({ resources: definitions(features.resources.filter((one) => !one.isTemplate)) })],
      [
        'resources/templates/list',
        () => ({ resourceTemplates: definitions(features.resources.filter((one) => one.isTemplate)) }),
      ],
      ['resources/read', (params, caller) => this.#readResource(params, caller)],
      ['prompts/list', () => ({ prompts: definitions(features.prompts) })],
      ['prompts/get', (params, caller) => this.#getPrompt(params, caller)],
    ]);
  }

  /** The response to a request. Never rejects. */
  async handle(
    { id, method, params }: Extract<JsonRpcMessage, { kind: 'request' }>,
    caller: McpCaller,
  ): Promise<JsonRpcResponse> {
    const run = this.#methods.get(method);
    if (!run) return errorResponse(id, JSON_RPC_CODES.methodNotFound, `Method '${method}' is not available.`);
    try {
      return { jsonrpc: '2.0', id, result: await run(params, caller) };
    } catch (error) {
      if (error instanceof JsonRpcError) return errorResponse(id, error.code, error.message);
      this.#log.error({ err: error }, `The MCP request '${method}' failed`);
      return errorResponse(id, JSON_RPC_CODES.internalError, 'An error occurred.');
    }
  }

  #initialize({ protocolVersion }: Params): object {
    if (typeof protocolVersion !== 'string') throw invalidParams("'protocolVersion' must be text");
    const { serverInfo, instructions } = this.#features;
    return {
      protocolVersion: PROTOCOL_VERSIONS.find((known) => known === protocolVersion) ?? PROTOCOL_VERSIONS.at(-1),
      capabilities: { tools: {}, resources: {}, prompts: {} },
      serverInfo,
      ...(instructions !== undefined && { instructions }),
    };
  }

  #callTool(params: Params, caller: McpCaller): Promise<object> {
    const { name, args } = readCall(params);
    const tool = this.#features.tools.find((one) => isSameName(one.name, name));
    if (!tool) throw invalidParams(`Unknown tool: '${name}'`);
    return tool.call(args, caller);
  }

  #readResource({ uri }: Params, caller: McpCaller): Promise<object> {
    if (typeof uri !== 'string') throw invalidParams("'uri' must be text");
    const { resources } = this.#features;
    const resource =
      resources.find((one) => !one.isTemplate && one.matches(uri)) ?? resources.find((one) => one.matches(uri));
    if (!resource) throw invalidParams(`Unknown resource: '${uri}'`);
    return resource.read(uri, caller);
  }

  #getPrompt(params: Params, caller: McpCaller): Promise<object> {
    const { name, args } = readCall(params);
    const prompt = this.#features.prompts.find((one) => isSameName(one.name, name));
    if (!prompt) throw invalidParams(`Unknown prompt: '${name}'`);
    return prompt.get(args, caller);
  }
}

function definitions(all: readonly Listed[]): readonly Params[] {
  return all.map(({ definition }) => definition);
}

function readCall({ name, arguments: args = {} }: Params): { readonly name: string; readonly args: Params } {
  if (typeof name !== 'string') throw invalidParams("'name' must be text");
  if (!isRecord(args)) throw invalidParams("'arguments' must be an object");
  return { name, args };
}

/** Names are compared without regard to case, as in Azure. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function invalidParams(message: string): JsonRpcError {
  return new JsonRpcError(JSON_RPC_CODES.invalidParams, message);
}
