import { FunctionsHostError } from '../../../errors.ts';
import { isRecord, type Params, parseJson } from '../../../mcp/json-rpc.ts';
import { isSameName, type McpResource } from '../../../mcp/mcp-server.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import { invokeMcpFunction, isNothing, McpBindingReader, type McpFunction, returnedBy } from './mcp-function.ts';

/** A function's `mcpResourceTrigger` as a resource, or as a template where its URI has parameters. @throws ConfigError */
export function createMcpResource(fn: McpFunction): McpResource & { readonly uri: string } {
  const binding = new McpBindingReader(fn);
  const uri = binding.requiredText('uri');
  const template = compileTemplate(uri);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(uri)) throw binding.fail('uri', `must be an absolute URI, but is '${uri}'`);
  const isTemplate = template.parameters.length > 0;
  const mimeType = binding.text('mimeType');
  return {
    uri,
    isTemplate,
    definition: { ...(isTemplate ? { uriTemplate: uri } : { uri }), ...describe(binding, fn, isTemplate) },
    matches: (asked) => (isTemplate ? template.match(asked) !== undefined : isSameName(asked, uri)),
    read: async (asked, caller) => {
      const payload = { uri: asked };
      const data = { ...template.match(asked), mcpresourceuri: asked, mcpresourcecontext: payload };
      const value = await returnedBy(invokeMcpFunction(fn, { caller, payload, data }));
      if (isNothing(value)) return { contents: [] };
      const defaults = { uri: isTemplate ? asked : uri, ...(mimeType !== undefined && { mimeType }) };
      return { contents: [toContents(value, defaults)] };
    },
  };
}

function describe(binding: McpBindingReader, fn: McpFunction, isTemplate: boolean): Params {
  const { size } = fn.binding;
  const meta = binding.object('metadata');
  const texts = ['title', 'description', 'mimeType'].map((name) => [name, binding.text(name)] as const);
  return {
    name: binding.requiredText('resourceName'),
    ...Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
    ...(!isTemplate && typeof size === 'number' && { size }),
    ...(meta && { _meta: meta }),
  };
}

/**
 * Text, bytes, or the envelope `{ content }` whose content is the JSON text of ResourceContents (`ResourceReturnValueHelper`
 * of azure-functions-mcp-extension).
 *
 * @param defaults what contents in an envelope do not say themselves
 */
function toContents(value: RpcTypedData, defaults: Params): Params {
  if (value.bytes) return { ...defaults, blob: Buffer.from(value.bytes).toString('base64') };
  if (typeof value.string === 'string')
    return fromEnvelope(value.string, defaults) ?? { ...defaults, text: value.string };
  throw new FunctionsHostError(
    'BindingFailed',
    'An MCP resource must return text or bytes; objects go through JSON.stringify()',
  );
}

function fromEnvelope(text: string, defaults: Params): Params | undefined {
  const envelope = text.trimStart().startsWith('{') ? parseJson(text) : undefined;
  if (!isRecord(envelope)) return undefined;
  const content = envelope.content ?? envelope.Content;
  const contents = typeof content === 'string' ? parseJson(content) : undefined;
  if (!isRecord(contents)) return undefined;
  if (typeof contents.text !== 'string' && typeof contents.blob !== 'string') return undefined;
  return { ...contents, ...withoutEmpty(defaults, contents) };
}

function withoutEmpty(defaults: Params, contents: Params): Params {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !contents[name]));
}

interface UriTemplate {
  readonly parameters: readonly string[];
  /** The values of the parameters, decoded; undefined when `uri` is not of this template. */
  match(uri: string): Readonly<Record<string, string>> | undefined;
}

/** RFC 6570, level 1: `{name}` stands for text without a slash. Takes linear time, because clients choose `uri`. */
function compileTemplate(uri: string): UriTemplate {
  const pieces = uri.split(/\{([A-Za-z_][\w.]*)\}/);
  const literals = pieces.filter((_, index) => index % 2 === 0).map(toLower);
  const parameters = pieces.filter((_, index) => index % 2 === 1);
  return {
    parameters,
    match: (asked) => {
      const values = matchFromEnd(asked, literals);
      return values && Object.fromEntries(parameters.map((name, index) => [name, decode(values[index] ?? '')]));
    },
  };
}

/** The texts between the literals, the last ones as short as possible; undefined where one is empty or has a slash. */
function matchFromEnd(text: string, [first = '', ...others]: readonly string[]): readonly string[] | undefined {
  const lower = toLower(text);
  const values: string[] = [];
  let end = text.length;
  for (const [index, literal] of others.toReversed().entries()) {
    const at = index === 0 ? end - literal.length : lower.lastIndexOf(literal, end - literal.length - 1);
    if (at < 0 || !lower.startsWith(literal, at)) return undefined;
    if (index > 0) values.unshift(text.slice(at + literal.length, end));
    end = at;
  }
  if (!lower.startsWith(first)) return undefined;
  values.unshift(text.slice(first.length, end));
  return values.every((value) => value !== '' && !value.includes('/')) ? values : undefined;
}

/** ASCII alone, so that positions stay. */
function toLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
