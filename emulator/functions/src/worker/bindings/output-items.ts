import type { RpcTypedData } from '../../protocol/rpc-types.ts';

/** Text, or bytes as they are. */
export type OutputItem = string | Uint8Array;

/**
 * What a function returned for a collector, one element each: an array, also as JSON text, gives its elements
 * (`ExtensionBinding.cs` of azure-functions-host); objects become JSON.
 */
export function toOutputItems(data: RpcTypedData): readonly OutputItem[] {
  if (data.bytes) return [data.bytes];
  if (data.stream) return [data.stream];
  if (data.collectionBytes) return data.collectionBytes.bytes;
  if (data.collectionString) return data.collectionString.string;
  const text = data.json ?? data.string;
  if (typeof text !== 'string') return [String(data.int ?? data.double ?? '')];
  const elements = parseArray(text);
  if (elements) return elements.map((element) => (typeof element === 'string' ? element : JSON.stringify(element)));
  return [data.json === text ? unquote(text) : text];
}

/** The same for bindings whose items are JSON values. */
export function toOutputValues(data: RpcTypedData): readonly unknown[] {
  return toOutputItems(data).map((item) => JSON.parse(typeof item === 'string' ? item : Buffer.from(item).toString()));
}

function parseArray(text: string): readonly unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** JSON that is one text stands for that text. */
function unquote(json: string): string {
  const value: unknown = json.startsWith('"') ? JSON.parse(json) : undefined;
  return typeof value === 'string' ? value : json;
}
