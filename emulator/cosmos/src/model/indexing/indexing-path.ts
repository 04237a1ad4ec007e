import { CosmosError } from '../errors.ts';
import { parsePropertyPath } from '../json.ts';

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
