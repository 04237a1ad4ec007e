import { CosmosError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue, parsePropertyPath } from '../json.ts';

/** What this file depends on of a container's indexing policy. */
interface IndexedPaths {
  readonly indexingMode: string;
  readonly includedPaths: readonly { readonly path: string }[];
  readonly excludedPaths: readonly { readonly path: string }[];
  readonly compositeIndexes?: readonly (readonly CompositePath[])[];
}

export interface CompositePath {
  readonly path: string;
  readonly order: 'ascending' | 'descending';
}

/** The path segment that stands for every element of an array. */
const ELEMENTS = '[]';

/**
 * Returns a function that counts the values of an item that the policy indexes. The longest path that covers a value decides, and `/?`
 * takes precedence over `/*`. Source: "Indexing policies in Azure Cosmos DB", include and exclude precedence.
 */
export function indexedValueCounter(policy: IndexedPaths): (item: JsonObject) => number {
  if (policy.indexingMode === 'none') return () => 0;
  const root = coverageOf(policy);
  return (item) => countIndexed(item, root, false);
}

function coverageOf({ includedPaths, excludedPaths }: IndexedPaths): CoverageNode {
  const root = new CoverageNode();
  for (const { path } of includedPaths) root.add(path, true);
  for (const { path } of excludedPaths) root.add(path, false);
  return root;
}

/** Returns a function that tells whether the policy indexes scalars at a property path. */
export function scalarCoverage(policy: IndexedPaths): (path: readonly string[]) => boolean {
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

/** A node of the tree of policy paths. */
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

  /** Whether this node and everything below it is indexed; undefined when the policy does not say. */
  get subtree(): boolean | undefined {
    return this.#indexed['*'];
  }

  /** Whether a scalar at this node is indexed; undefined when the policy does not say. */
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

/** @param inherited whether the nearest node above indexes what is below it */
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

/** An expression of ORDER BY that is a property path. */
export interface SortKey {
  readonly path: readonly string[];
  readonly descending: boolean;
}

/** Indexed whatever the policy says. Source: "Indexing policies in Azure Cosmos DB". */
const ALWAYS_INDEXED: readonly string[] = ['id', '_ts'];

/**
 * The service sorts only from an index: by one path when the policy indexes it, by several when one composite index has
 * them in this sequence, with these directions or all of them reversed. Source: "Indexing policies", ORDER BY queries on
 * multiple properties.
 *
 * @throws CosmosError BadRequest when there is no such index
 */
export function assertSortable(
  policy: IndexedPaths,
  isIndexed: (path: readonly string[]) => boolean,
  keys: readonly SortKey[],
): void {
  const [only] = keys;
  if (keys.length === 1 && only && !isIndexed(only.path) && !ALWAYS_INDEXED.includes(only.path.join('/')))
    throw new CosmosError('BadRequest', 'The index path corresponding to the specified order-by item is excluded.');
  if (keys.length > 1 && !policy.compositeIndexes?.some((index) => serves(index, keys)))
    throw new CosmosError(
      'BadRequest',
      'The order by query does not have a corresponding composite index that it can be served from.',
    );
}

function serves(index: readonly CompositePath[], keys: readonly SortKey[]): boolean {
  if (index.length !== keys.length) return false;
  const directions = keys.map(({ path, descending }, position) => {
    const entry = index[position];
    if (!entry || !isSamePath(entry.path, path)) return undefined;
    return (entry.order === 'descending') === descending;
  });
  return directions.every((same) => same === true) || directions.every((same) => same === false);
}

function isSamePath(plainPath: string, path: readonly string[]): boolean {
  const segments = parsePropertyPath(plainPath);
  return segments.length === path.length && segments.every((segment, position) => segment === path[position]);
}

/** How an indexing path ends: `/*` means everything below a path, `/?` the scalar at it. */
export type IndexingPathEnd = '*' | '?';

export interface IndexingPath {
  /** Property names; `[]` stands for the elements of an array. */
  readonly segments: readonly string[];
  readonly end: IndexingPathEnd;
}

/** `/*`, the path that every policy includes or excludes. */
export const ROOT_INDEXING_PATH = '/*';

/**
 * Reads a path of includedPaths or excludedPaths: property path, then `/*` or `/?`.
 *
 * @throws CosmosError BadRequest with the service's message when it has another form
 */
export function parseIndexingPath(path: string): IndexingPath {
  const end = path.at(-1);
  if ((end !== '*' && end !== '?') || path.at(-2) !== '/') throw unacceptedPath(path);
  const rest = path.slice(0, -2);
  try {
    return { segments: rest === '' ? [] : parsePropertyPath(rest), end };
  } catch (cause) {
    throw unacceptedPath(path, cause);
  }
}

/** A path of a composite, vector or full-text index, which names one property and has no end mark. */
export function assertPlainPath(path: string): void {
  if (/\/[*?]$/.test(path)) throw unacceptedPath(path);
  try {
    parsePropertyPath(path);
  } catch (cause) {
    throw unacceptedPath(path, cause);
  }
}

function unacceptedPath(path: string, cause?: unknown): CosmosError {
  const shown = path.slice(0, 200);
  return new CosmosError(
    'BadRequest',
    `The indexing path '${shown}' could not be accepted, failed near position '${shown.length}'. Please ensure that the path is a valid path. Common errors include invalid characters or absence of quotes around labels.`,
    { cause },
  );
}
