import { CosmosError } from '../errors.ts';
import {
  type JsonValue,
  parsePropertyPath,
  readArray,
  readNumber,
  readObject,
  readOptional,
  readString,
  readWord,
} from '../json.ts';
import type { PartitionKeyDefinition } from '../partition-key/partition-key.ts';

/** One operation of a patch, with its JSON pointers split into names and indexes. */
export type PatchOperation =
  | { readonly op: 'add' | 'set' | 'replace'; readonly path: readonly string[]; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: readonly string[] }
  | { readonly op: 'incr'; readonly path: readonly string[]; readonly value: number }
  | { readonly op: 'move'; readonly path: readonly string[]; readonly from: readonly string[] };

export interface PatchRequest {
  /** The filter that must hold, as SQL text (`from c where ...`), for the query engine to evaluate. */
  readonly condition?: string;
  readonly operations: readonly PatchOperation[];
}

/** Source: "Partial document update in Azure Cosmos DB", limits. */
export const MAX_PATCH_OPERATIONS = 10;

const OPERATION_NAMES = ['add', 'set', 'replace', 'remove', 'incr', 'move'] as const;
/** Documents nest no deeper than this. Source: "Azure Cosmos DB service quotas". */
const MAX_POINTER_SEGMENTS = 128;
const SYSTEM_PROPERTIES = ['_rid', '_self', '_etag', '_ts', '_attachments', '_lsn'];

/**
 * Reads the body of a patch: `{ condition?, operations }`, or the bare array of operations that the SDK's `item.patch([...])` sends.
 *
 * @throws CosmosError BadRequest, also for paths that may not be patched: id, system properties, the partition key
 */
export function readPatchRequest(value: unknown, partitionKey: PartitionKeyDefinition): PatchRequest {
  const body = Array.isArray(value) ? { operations: value } : readObject(value, 'patch');
  const condition = readOptional((body as { condition?: unknown }).condition, 'condition', readString); // missing in the array form
  const operations = readArray(body.operations, 'operations', MAX_PATCH_OPERATIONS).map(readOperation);
  if (operations.length === 0) throw new CosmosError('BadRequest', 'A patch has no operation, expected 1 to 10');
  const keyPaths = partitionKey.paths.map(parsePropertyPath);
  for (const operation of operations) {
    assertPatchable(operation.path, keyPaths);
    if (operation.op === 'move') assertPatchable(operation.from, keyPaths);
  }
  return condition === undefined ? { operations } : { condition, operations };
}

function readOperation(value: unknown, index: number): PatchOperation {
  const name = `operations[${index}]`;
  const given = readObject(value, name);
  const op = readWord(given.op, `${name}.op`, OPERATION_NAMES);
  const path = readPointer(given.path, `${name}.path`);
  switch (op) {
    case 'remove':
      return { op, path };
    case 'incr':
      return { op, path, value: readNumber(given.value, `${name}.value`) };
    case 'move':
      return { op, path, from: readPointer(given.from, `${name}.from`) };
    default:
      if (given.value === undefined) throw new CosmosError('BadRequest', `'${name}.value' is missing`);
      return { op, path, value: given.value };
  }
}

/** Reads a JSON pointer (RFC 6901) to a value inside the document. */
function readPointer(value: unknown, name: string): readonly string[] {
  const text = readString(value, name);
  const segments = text.split('/', MAX_POINTER_SEGMENTS + 2).slice(1);
  const isPointer = text.startsWith('/') && text !== '/' && !/~(?![01])/.test(text);
  if (!isPointer || segments.length > MAX_POINTER_SEGMENTS) {
    throw new CosmosError(
      'BadRequest',
      `'${name}' is '${text.slice(0, 200)}', expected a JSON pointer such as /address/0/zip`,
    );
  }
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function assertPatchable(path: readonly string[], keyPaths: readonly (readonly string[])[]): void {
  const [first = ''] = path;
  if (first === 'id' || SYSTEM_PROPERTIES.includes(first)) {
    throw new CosmosError('BadRequest', `Cannot patch the system property '/${first}'`);
  }
  const touched = keyPaths.find((keyPath) => overlap(path, keyPath));
  if (touched) throw new CosmosError('BadRequest', `Cannot patch the partition key property '/${touched.join('/')}'`);
}

/** Whether one path leads to the other's value or to one of its parents. */
function overlap(left: readonly string[], right: readonly string[]): boolean {
  const length = Math.min(left.length, right.length);
  return left.slice(0, length).every((segment, index) => segment === right[index]);
}
