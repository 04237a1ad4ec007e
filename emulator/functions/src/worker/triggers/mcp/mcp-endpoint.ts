import { ConfigError, messageOf } from '../../../errors.ts';
import { McpHttpTransport } from '../../../mcp/http-transport.ts';
import { isSameName, McpServer } from '../../../mcp/mcp-server.ts';
import type { WorkerInit } from '../../../protocol/messages.ts';
import { isDisabled, triggerOf } from '../../core/function-trigger.ts';
import type { FunctionApp, WorkerDependencies } from '../../invocation/function-app.ts';
import { invokeFromTrigger } from '../../invocation/invocation.ts';
import type { Invoker } from '../../invocation/invoker.ts';
import type { McpFunction } from './mcp-function.ts';
import { createMcpPrompt } from './mcp-prompt.ts';
import { createMcpResource } from './mcp-resource.ts';
import { createMcpTool } from './mcp-tool.ts';

export interface McpEndpointOptions {
  readonly app: FunctionApp;
  readonly init: WorkerInit;
  readonly invoker: Invoker;
  readonly dependencies: WorkerDependencies;
  /** Where the host serves the Model Context Protocol, without a leading slash. */
  readonly path: string;
}

/** The system key that clients present where keys are required, as the master key. */
export const MCP_SYSTEM_KEY = 'mcp_extension';

/**
 * Serves the functions with triggers of the Model Context Protocol. Undefined for an app without such functions. One whose
 * binding is not valid, or that repeats the name of another, is reported and left out.
 */
export function createMcpEndpoint(options: McpEndpointOptions): McpHttpTransport | undefined {
  const { app, init, dependencies } = options;
  const functions = findFunctions(options);
  if (functions.length === 0) return undefined;
  const features = new Features(app);
  for (const fn of functions) features.add(fn);
  const { serverName, serverVersion, instructions, usesAbsoluteUri } = init.settings.mcp;
  const serverInfo = { name: serverName, version: serverVersion };
  const { tools, resources, prompts } = features;
  announce(options);
  return new McpHttpTransport({
    server: new McpServer({ serverInfo, instructions, tools, resources, prompts }, dependencies.log),
    randomness: dependencies.randomness,
    absoluteScheme: usesAbsoluteUri ? (init.tls ? 'https:' : 'http:') : undefined,
  });
}

function findFunctions(options: McpEndpointOptions): readonly McpFunction[] {
  const { app, init } = options;
  return app.registry.all().flatMap((fn) => {
    const binding = triggerOf(fn);
    if (!binding || !/^mcp(?:tool|resource|prompt)trigger$/i.test(binding.type) || isDisabled(fn)) return [];
    const invoke = invokeFromTrigger(options, fn, binding.name);
    return [{ name: fn.metadata.name, binding, env: init.env, log: options.dependencies.log, invoke }];
  });
}

/** What the functions offer, each by a name of its own. */
class Features {
  readonly tools: ReturnType<typeof createMcpTool>[] = [];
  readonly resources: ReturnType<typeof createMcpResource>[] = [];
  readonly prompts: ReturnType<typeof createMcpPrompt>[] = [];
  readonly #app: FunctionApp;

  constructor(app: FunctionApp) {
    this.#app = app;
  }

  add(fn: McpFunction): void {
    try {
      this.#register(fn);
    } catch (error) {
      const message = `The '${fn.name}' function is in error: ${messageOf(error)}`;
      this.#app.log.write({ level: 'error', category: 'system', message });
    }
  }

  #register(fn: McpFunction): void {
    switch (fn.binding.type.toLowerCase()) {
      case 'mcptooltrigger': {
        const tool = createMcpTool(fn);
        assertNew(
          'Tool with name',
          tool.name,
          this.tools.map(({ name }) => name),
        );
        this.tools.push(tool);
        break;
      }
      case 'mcpresourcetrigger': {
        const resource = createMcpResource(fn);
        assertNew(
          'Resource with URI',
          resource.uri,
          this.resources.map(({ uri }) => uri),
        );
        this.resources.push(resource);
        break;
      }
      default: {
        const prompt = createMcpPrompt(fn);
        assertNew(
          'Prompt with name',
          prompt.name,
          this.prompts.map(({ name }) => name),
        );
        this.prompts.push(prompt);
      }
    }
  }
}

/** The message is that of azure-functions-mcp-extension. */
function assertNew(kind: string, name: string, others: readonly string[]): void {
  if (others.some((other) => isSameName(other, name)))
    throw new ConfigError(`${kind} '${name}' is already registered.`);
}

/** The lines that scripts and test suites wait for, in the category in which the extension logs them. */
function announce({ init, dependencies, path }: McpEndpointOptions): void {
  const { clock, events } = dependencies;
  const url = new URL(path, init.publicUrl);
  if (url.hostname === '127.0.0.1') url.hostname = 'localhost';
  for (const message of [`MCP server endpoint: ${url}`, `MCP server legacy SSE endpoint: ${url}/sse`]) {
    events.push({ type: 'log', level: 'information', category: 'Host.Function.Console', message, at: clock.now() });
  }
}
