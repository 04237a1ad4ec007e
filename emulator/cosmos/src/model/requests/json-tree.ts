import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

/** Something that has children: members of an object by name, elements of an array by index. */
export type JsonParent = JsonObject | readonly JsonValue[];

/** The index after the last element, as JSON pointers write it. */
const APPEND = '-';

/**
 * Replaces the parent that `path` leads to by the result of `change`. Copies the nodes along the path and shares all others.
 *
 * @param change receives the parent, or undefined and the first name of the path that does not exist
 */
export function changeParentAt(
  node: JsonValue,
  path: readonly string[],
  change: (parent: JsonParent | undefined, key: string) => JsonValue,
): JsonValue {
  const [key = '', ...below] = path;
  const parent = asParent(node);
  if (below.length === 0 || !parent) return change(parent, key);
  const child = childOf(parent, key);
  if (child === undefined) return change(undefined, key);
  return setChild(parent, key, changeParentAt(child, below, change)) ?? node;
}

/** The value at the path; undefined when there is none. */
export function valueAtPointer(node: JsonValue, path: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = node;
  for (const key of path) {
    const parent: JsonParent | undefined = current === undefined ? undefined : asParent(current);
    current = parent && childOf(parent, key);
  }
  return current;
}

/** The child with this name or index; undefined when there is none. */
export function childOf(parent: JsonParent, key: string): JsonValue | undefined {
  if (!isList(parent)) return Object.hasOwn(parent, key) ? parent[key] : undefined;
  const index = indexOf(key);
  return index === undefined ? undefined : parent[index];
}

/** A copy with an existing child replaced; undefined when there is none. */
export function setChild(parent: JsonParent, key: string, value: JsonValue): JsonParent | undefined {
  if (childOf(parent, key) === undefined) return undefined;
  return isList(parent) ? parent.with(Number(key), value) : { ...parent, [key]: value };
}

/** A copy with a member added or replaced, or an element inserted before the index; undefined when the index is past the end. */
export function insertChild(parent: JsonParent, key: string, value: JsonValue): JsonParent | undefined {
  if (!isList(parent)) return { ...parent, [key]: value };
  const index = key === APPEND ? parent.length : indexOf(key);
  return index === undefined || index > parent.length ? undefined : parent.toSpliced(index, 0, value);
}

/** A copy without the child; undefined when there is none. */
export function removeChild(parent: JsonParent, key: string): JsonParent | undefined {
  if (childOf(parent, key) === undefined) return undefined;
  if (isList(parent)) return parent.toSpliced(Number(key), 1);
  return Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key));
}

function asParent(node: JsonValue): JsonParent | undefined {
  return isJsonObject(node) || isList(node) ? node : undefined;
}

/** Array.isArray does not narrow read-only arrays. */
function isList(node: JsonValue): node is readonly JsonValue[] {
  return Array.isArray(node);
}

function indexOf(key: string): number | undefined {
  return /^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : undefined;
}
