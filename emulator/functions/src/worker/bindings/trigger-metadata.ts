import type { RpcTypedData } from '../../protocol/rpc-types.ts';
import { parseObject } from './binding-data.ts';
import type { BindingData } from './binding-expression.ts';

export type TriggerMetadata = Readonly<Record<string, RpcTypedData>>;

/** A value of binding data as the host sends it to a worker (GrpcMessageConversionExtensions.cs). */
export function toMetadataValue(value: unknown): RpcTypedData {
  if (typeof value === 'string') return { string: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { int: value } : { double: value };
  if (value instanceof Uint8Array) return { bytes: value };
  return { json: JSON.stringify(value ?? null) };
}

/** The properties of a payload that is a JSON object, then `own`, which wins. */
export function toMetadata(own: BindingData, payload?: string): TriggerMetadata {
  const entries = Object.entries({ ...parseObject(payload), ...own });
  return Object.fromEntries(entries.map(([name, value]) => [name, toMetadataValue(value)]));
}

/** What bindings may refer to, from the metadata a trigger gave. */
export function fromMetadata(metadata: TriggerMetadata): BindingData {
  const entries = Object.entries(metadata).map(([name, { json, string, int, double }]) => {
    const value: unknown = typeof json === 'string' ? JSON.parse(json) : (string ?? int ?? double);
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}
