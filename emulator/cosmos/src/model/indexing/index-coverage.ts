import { type IndexingPathEnd, parseIndexingPath } from '../indexing-path.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { IndexingPolicy } from './indexing-policy.ts';

/** The path segment that stands for every element of an array. */
const ELEMENTS = '[]';

/**
 * Prepares the function that counts an item's values that the policy indexes. Of several paths that cover a value the longest decides,
 * and `/?` before `/*`. Source: "Indexing policies in Azure Cosmos DB", include and exclude precedence.
 */
export function indexedValueCounter(policy: IndexingPolicy): (item: JsonObject) => number {
  if (policy.indexingMode === 'none') return () => 0;
  const root = coverageOf(policy);
  return (item) => countIndexed(item, root, false);
}

function coverageOf({ includedPaths, excludedPaths }: IndexingPolicy): CoverageNode {
  const root = new CoverageNode();
  for (const { path } of includedPaths) root.add(path, true);
  for (const { path } of excludedPaths) root.add(path, false);
  return root;
}

/** Prepares the function that tells whether the policy indexes scalars at a property path. */
export function scalarCoverage(policy: IndexingPolicy): (path: readonly string[]) => boolean {
  if (policy.indexingMode === 'none') return () => false;
  const root = coverageOf(policy);
  return (path) => {
    let node: CoverageNode | undefined = root;
    let covered = root.subtree ?? false;
    for (const name of path) {
      node = node?.child(name);
      covered = node?.subtree ?? covered;
    }
    return node?.scalar ?? covered;
  };
}

/** One place in the tree of policy paths. */
class CoverageNode {
  readonly #children = new Map<string, CoverageNode>();
  readonly #indexed: Partial<Record<IndexingPathEnd, boolean>> = {};

  add(path: string, indexed: boolean): void {
    const { segments, end } = parseIndexingPath(path);
    this.#descend(segments).#indexed[end] = indexed;
  }

  child(segment: string): CoverageNode | undefined {
    return this.#children.get(segment);
  }

  /** What this place says of itself and everything below; undefined when it says nothing. */
  get subtree(): boolean | undefined {
    return this.#indexed['*'];
  }

  /** What this place says of a scalar at it. */
  get scalar(): boolean | undefined {
    return this.#indexed['?'];
  }

  #descend(segments: readonly string[]): CoverageNode {
    let node: CoverageNode = this;
    for (const segment of segments) {
      const next = node.#children.get(segment) ?? new CoverageNode();
      node.#children.set(segment, next);
      node = next;
    }
    return node;
  }
}

/** @param inherited what the nearest path above says */
function countIndexed(value: JsonValue, node: CoverageNode | undefined, inherited: boolean): number {
  const below = node?.subtree ?? inherited;
  if (Array.isArray(value)) {
    const elements = node?.child(ELEMENTS);
    return sum(value, (element) => countIndexed(element, elements, below));
  }
  if (isJsonObject(value)) {
    return sum(Object.entries(value), ([name, member]) => countIndexed(member, node?.child(name), below));
  }
  return (node?.scalar ?? below) ? 1 : 0;
}

function sum<T>(values: readonly T[], count: (value: T) => number): number {
  return values.reduce((total, value) => total + count(value), 0);
}
