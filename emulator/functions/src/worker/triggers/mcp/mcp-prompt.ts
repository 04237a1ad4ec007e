import { isRecord, parseJson } from '../../../mcp/json-rpc.ts';
import { invalidParams, type McpPrompt } from '../../../mcp/mcp-server.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import {
  invokeMcpFunction,
  isNothing,
  McpBindingReader,
  type McpFunction,
  missingFrom,
  returnedBy,
  textOf,
  toTexts,
} from './mcp-function.ts';

/** A function's `mcpPromptTrigger` as a prompt. @throws ConfigError */
export function createMcpPrompt(fn: McpFunction): McpPrompt {
  const binding = new McpBindingReader(fn);
  const name = binding.requiredText('promptName');
  const declared = binding.objects('promptArguments');
  const required = declared.filter((one) => one.required === true).map((one) => String(one.name));
  const texts = ['title', 'description'].map((property) => [property, binding.text(property)] as const);
  const icons = binding.objects('icons');
  const meta = binding.object('metadata');
  const hasEnvelope = binding.flag('useResultSchema');
  return {
    name,
    definition: {
      name,
      ...Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
      arguments: declared.map(({ name: argument, description, required: isRequired }) => ({
        name: argument,
        ...(typeof description === 'string' && { description }),
        required: isRequired === true,
      })),
      ...(icons.length > 0 && { icons }),
      ...(meta && { _meta: meta }),
    },
    get: async (args, caller) => {
      const missing = missingFrom(args, required);
      if (missing.length > 0) {
        throw invalidParams(
          `One or more required prompt arguments are missing values. Please provide: ${missing.join(', ')}`,
        );
      }
      const payload = { name, arguments: args };
      const data = { mcppromptcontext: payload, mcppromptargs: toTexts(args) };
      const value = await returnedBy(invokeMcpFunction(fn, { caller, payload, data }));
      if (isNothing(value)) return { messages: [] };
      return (hasEnvelope ? fromEnvelope(value) : undefined) ?? toMessages(textOf(value));
    },
  };
}

/** One message of the user, which is how Azure's host sends what a function of the Node.js library returns. */
function toMessages(text: string): object {
  return { messages: [{ role: 'user', content: { type: 'text', text } }] };
}

/** A GetPromptResult as JSON text, or the envelope `{ type, content }` around one or around its messages. */
function fromEnvelope({ string }: RpcTypedData): object | undefined {
  const value = typeof string === 'string' ? parseJson(string) : undefined;
  if (!isRecord(value)) return undefined;
  if (typeof value.type !== 'string' || typeof value.content !== 'string') return asResult(value);
  const content = parseJson(value.content);
  return asResult(Array.isArray(content) ? { messages: content } : content);
}

function asResult(value: unknown): object | undefined {
  return isRecord(value) && Array.isArray(value.messages) ? value : undefined;
}
