import { CosmosError } from './errors.ts';

/** How an indexing path ends: `/*` means everything below a path, `/?` the scalar at it. */
export type IndexingPathEnd = '*' | '?';

export interface IndexingPath {
  /** Property names; `[]` stands for the elements of an array. */
  readonly segments: readonly string[];
  readonly end: IndexingPathEnd;
}

/** `/*`, the path that every policy includes or excludes. */
export const ROOT_INDEXING_PATH = '/*';

/** The maximum depth of a path: documents cannot nest deeper in the service. Source: "Azure Cosmos DB service quotas". */
const MAX_PATH_SEGMENTS = 128;

/**
 * Splits a path as container definitions write it: `/a/b`, or with quoted segments `/"a b"/'c/d'`, into property names.
 * Inside quotes a backslash keeps the next character, as in the SDK's own parser (common/helper, parsePath).
 *
 * @throws CosmosError BadRequest when the path is not of this form
 */
export function parsePropertyPath(path: string): readonly string[] {
  const segments: string[] = [];
  let position = 0;
  while (position < path.length) {
    if (path[position] !== '/' || segments.length === MAX_PATH_SEGMENTS) throw invalidPath(path);
    const segment = readSegment(path, position + 1);
    segments.push(segment.name);
    position = segment.end;
  }
  if (segments.length === 0) throw invalidPath(path);
  return segments;
}

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

function readSegment(path: string, start: number): { name: string; end: number } {
  const quote = path[start];
  if (quote === '"' || quote === "'") return readQuotedSegment(path, start, quote);
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const name = path.slice(start, end).trim();
  if (name === '') throw invalidPath(path);
  return { name, end };
}

function readQuotedSegment(path: string, start: number, quote: string): { name: string; end: number } {
  let name = '';
  for (let position = start + 1; position < path.length; position++) {
    if (path[position] === quote) return { name, end: position + 1 };
    if (path[position] === '\\') position++;
    name += path[position] ?? '';
  }
  throw invalidPath(path);
}

function invalidPath(path: string): CosmosError {
  return new CosmosError(
    'BadRequest',
    `The path '${path.slice(0, 200)}' is invalid; a path such as /name or /"a name"/b is expected`,
  );
}

function unacceptedPath(path: string, cause?: unknown): CosmosError {
  const shown = path.slice(0, 200);
  return new CosmosError(
    'BadRequest',
    `The indexing path '${shown}' could not be accepted, failed near position '${shown.length}'. Please ensure that the path is a valid path. Common errors include invalid characters or absence of quotes around labels.`,
    { cause },
  );
}
