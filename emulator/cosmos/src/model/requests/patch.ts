import { CosmosError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { changeParentAt, childOf, insertChild, removeChild, setChild, valueAtPointer } from './json-tree.ts';
import type { PatchOperation } from './patch-request.ts';

/**
 * Applies the operations in order and returns a new document, which shares all unchanged parts with the given one.
 * Source: "Partial document update in Azure Cosmos DB", supported operations.
 *
 * @throws CosmosError BadRequest naming the first operation that cannot be applied
 */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  return operations.reduce((current, operation, index) => applyOperation(current, operation, index + 1), document);
}

function applyOperation(document: JsonObject, operation: PatchOperation, number: number): JsonObject {
  const failure = (reason: string) => new CosmosError('BadRequest', `For Operation(${number}): ${reason}`);
  const changed = apply(document, operation, failure);
  if (isJsonObject(changed)) return changed;
  throw failure('The document would no longer be an object'); // a pointer always leads below the root
}

/** Builds the error of one operation from its reason. */
type Failure = (reason: string) => CosmosError;

function apply(document: JsonObject, operation: PatchOperation, failure: Failure): JsonValue {
  switch (operation.op) {
    case 'add':
      return insert(document, operation.path, operation.value, namedFailure('Add', failure));
    case 'set':
      return set(document, operation.path, operation.value, namedFailure('Set', failure));
    case 'replace':
      return replace(document, operation.path, operation.value, namedFailure('Replace', failure));
    case 'remove':
      return remove(document, operation.path, namedFailure('Remove', failure));
    case 'incr':
      return increment(document, operation.path, operation.value, namedFailure('Increment', failure));
    case 'move':
      return move(document, operation, namedFailure('Move', failure));
  }
}

function insert(document: JsonValue, path: readonly string[], value: JsonValue, failure: Failure): JsonValue {
  return changeParentAt(document, path, (parent, key) => {
    const changed = parent && insertChild(parent, key, value);
    if (changed) return changed;
    throw failure(noParent(key));
  });
}

/** As `insert`, but replaces an existing array element instead of inserting before it. */
function set(document: JsonValue, path: readonly string[], value: JsonValue, failure: Failure): JsonValue {
  return changeParentAt(document, path, (parent, key) => {
    const inserts = !Array.isArray(parent) || key === '-';
    const changed = parent && (inserts ? insertChild(parent, key, value) : setChild(parent, key, value));
    if (changed) return changed;
    throw failure(noParent(key));
  });
}

function replace(document: JsonValue, path: readonly string[], value: JsonValue, failure: Failure): JsonValue {
  return changeParentAt(document, path, (parent, key) => {
    const changed = parent && setChild(parent, key, value);
    if (changed) return changed;
    throw failure(noPath(key));
  });
}

function remove(document: JsonValue, path: readonly string[], failure: Failure): JsonValue {
  return changeParentAt(document, path, (parent, key) => {
    const changed = parent && removeChild(parent, key);
    if (changed) return changed;
    throw failure(noPath(key));
  });
}

function increment(document: JsonValue, path: readonly string[], by: number, failure: Failure): JsonValue {
  return changeParentAt(document, path, (parent, key) => {
    const current = parent && childOf(parent, key);
    if (parent && current === undefined && !Array.isArray(parent)) return insertChild(parent, key, by) ?? parent;
    if (typeof current !== 'number') throw failure(`needs a number at '${key}'`);
    const sum = current + by;
    if (!Number.isFinite(sum)) throw failure(`leaves the range of numbers at '${key}'`);
    return (parent && setChild(parent, key, sum)) ?? null;
  });
}

function move(document: JsonValue, operation: PatchOperation & { op: 'move' }, failure: Failure): JsonValue {
  const { from, path } = operation;
  const intoItself = from.length < path.length && from.every((segment, index) => segment === path[index]);
  if (intoItself) throw failure(`cannot move '/${from.join('/')}' below itself`);
  const moved = valueAtPointer(document, from);
  if (moved === undefined) throw failure(noPath(from.at(-1)));
  return insert(remove(document, from, failure), path, moved, failure);
}

function namedFailure(name: string, failure: Failure): Failure {
  return (reason) => failure(`${name} Operation ${reason}`);
}

/** The texts of these two are the service's. */
function noParent(key: string): string {
  return `can only create a child object of an existing node(array or object) and cannot create path recursively, no path found beyond: '${key}'. Learn more: https://aka.ms/cosmosdbpatchdocs`;
}

function noPath(key: string | undefined): string {
  return `can only be executed on an existing path, no path found at: '${key}'`;
}
