import { FunctionsHostError } from '../../../errors.ts';
import { isRecord, type Params, parseJson } from '../../../mcp/json-rpc.ts';
import { invalidParams, type McpTool } from '../../../mcp/mcp-server.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import {
  invokeMcpFunction,
  isNothing,
  McpBindingReader,
  type McpFunction,
  missingFrom,
  textOf,
  toTexts,
} from './mcp-function.ts';

/** A function's `mcpToolTrigger` as a tool. @throws ConfigError */
export function createMcpTool(fn: McpFunction): McpTool {
  const binding = new McpBindingReader(fn);
  const name = binding.requiredText('toolName');
  const inputSchema = binding.object('inputSchema') ?? toSchema(binding.objects('toolProperties'));
  const required = requiredNames(inputSchema);
  const hasEnvelope = binding.flag('useResultSchema');
  const description = binding.text('description');
  const outputSchema = binding.object('resultSchema');
  const meta = binding.object('metadata');
  return {
    name,
    definition: {
      name,
      ...(description !== undefined && { description }),
      inputSchema,
      ...(outputSchema && { outputSchema }),
      ...(meta && { _meta: meta }),
    },
    call: async (args, caller) => {
      const missing = missingFrom(args, required);
      if (missing.length > 0) {
        throw invalidParams(
          `One or more required tool properties are missing values. Please provide: ${missing.join(', ')}`,
        );
      }
      const payload = { name, arguments: args };
      const data = { mcptoolcontext: payload, mcptoolargs: toTexts(args) };
      // What went wrong is in the log: Azure's host does not send it to the client either.
      const failed = { isError: true, content: [{ type: 'text', text: `An error occurred invoking '${name}'.` }] };
      const outcome = await invokeMcpFunction(fn, { caller, payload, data });
      if (!outcome.succeeded) return failed;
      const value = outcome.returnValue ?? undefined;
      if (isNothing(value)) return { content: [] };
      if (!hasEnvelope) return { content: [{ type: 'text', text: textOf(value) }] };
      try {
        return fromEnvelope(value);
      } catch (error) {
        fn.log.error({ err: error }, `The result of function '${fn.name}' is not valid`);
        return failed;
      }
    },
  };
}

/** The JSON schema of the arguments (`McpToolExtensions` of azure-functions-mcp-extension). */
function toSchema(properties: readonly Params[]): Params {
  const named = properties.filter(({ propertyName }) => typeof propertyName === 'string' && propertyName.trim() !== '');
  return {
    type: 'object',
    properties: Object.fromEntries(named.map((property) => [property.propertyName, toPropertySchema(property)])),
    required: [...new Set(named.filter(({ isRequired }) => isRequired === true).map((one) => one.propertyName))],
  };
}

function toPropertySchema({ propertyType, description, isArray, enumValues }: Params): Params {
  const hasEnum = Array.isArray(enumValues) && enumValues.length > 0;
  const single = { type: propertyType, ...(hasEnum && { enum: enumValues }) };
  const value = isArray === true ? { type: 'array', items: single } : single;
  return { ...value, description: description ?? '' };
}

function requiredNames({ required }: Params): readonly string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

/**
 * The result in the envelope `{ type, content, structuredContent }` of the library, whose `content` is JSON text: one
 * block, several (`multi_content_result`), or a whole result (`call_tool_result`).
 */
function fromEnvelope(value: RpcTypedData): object {
  const envelope = typeof value.string === 'string' ? parseJson(value.string) : undefined;
  if (!isRecord(envelope)) throw invalidResult('must be JSON text with type and content');
  const type = member(envelope, 'type');
  if (typeof type !== 'string' || type === '') throw invalidResult('has no type');
  const content = parseMember(envelope, 'content');
  if (type.toLowerCase() === 'call_tool_result') {
    if (isRecord(content) && Array.isArray(content.content)) return content;
    throw invalidResult('must hold an object with content');
  }
  const blocks: unknown = type.toLowerCase() === 'multi_content_result' ? content : [content];
  if (!Array.isArray(blocks) || blocks.length === 0 || !blocks.every(isRecord)) {
    throw invalidResult('must hold at least one block of content');
  }
  const structuredContent = member(envelope, 'structuredContent');
  if (structuredContent === undefined || structuredContent === null) return { content: blocks };
  return { content: blocks, structuredContent: parseMember(envelope, 'structuredContent') };
}

function parseMember(envelope: Params, name: string): unknown {
  const text = member(envelope, name);
  const parsed = typeof text === 'string' ? parseJson(text) : undefined;
  if (parsed === undefined) throw invalidResult(`must have ${name} that is JSON text`);
  return parsed;
}

/** Names of properties are compared without regard to case, as by Azure's host. */
function member(envelope: Params, name: string): unknown {
  return Object.entries(envelope).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function invalidResult(problem: string): FunctionsHostError {
  return new FunctionsHostError('BindingFailed', `The result of an MCP tool with useResultSchema ${problem}`);
}
