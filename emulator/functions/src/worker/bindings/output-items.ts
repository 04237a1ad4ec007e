import type { RpcTypedData } from '../../protocol/rpc-types.ts';

export type OutputItem = string | Uint8Array;

/**
 * The items of an output. An array, also as JSON text, is one item for each element (`ExtensionBinding.cs` of
 * azure-functions-host). Objects become JSON.
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

/** The items as JSON values. */
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

/** The text of a JSON string; other JSON as it is. */
function unquote(json: string): string {
  const value: unknown = json.startsWith('"') ? JSON.parse(json) : undefined;
  return typeof value === 'string' ? value : json;
}
