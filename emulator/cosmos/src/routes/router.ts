import { CosmosError } from '../model/errors.ts';

/** A request path taken apart: types at even places, names at odd ones. */
export interface ResourcePath {
  /** The types with `*` for each name: `dbs/*\/colls/*\/docs`; empty for the account. */
  readonly shape: string;
  /** The names, decoded. */
  readonly names: readonly string[];
  /** The last type, which signatures name; empty for the account. */
  readonly resourceType: string;
  /** What clients sign as the type, where it is not `resourceType`. */
  readonly signedAs?: readonly string[];
  /** What a signature names as the link: of the resource itself, or of the parent of a feed. */
  readonly resourceLink: string;
}

/** A database, container and item with a kind between: nothing is nested deeper. */
const MAX_SEGMENTS = 8;

/**
 * An operation on a container. The SDK for JavaScript signs it as the container itself (Container), others as the type
 * `partitionKey` with the container's link (azure-sdk-for-java, ResourceType).
 */
const OPERATION = /\/operations\/partitionkeydelete\/?$/;
const PARTITION_KEY_DELETE = {
  shape: 'dbs/*/colls/*/operations/partitionkeydelete',
  resourceType: 'operations',
  signedAs: ['colls', 'partitionkey'],
};

/** @throws CosmosError BadRequest when a segment is not percent-encoded UTF-8 or there are too many */
export function parsePath(path: string): ResourcePath {
  const operation = OPERATION.exec(path);
  if (operation) return { ...parsePath(path.slice(0, operation.index)), ...PARTITION_KEY_DELETE };
  const names: string[] = [];
  let shape = '';
  let resourceType = '';
  const segments: string[] = [];
  for (const encoded of path.split('/')) {
    if (encoded === '') continue;
    const segment = encoded.includes('%') ? decode(encoded) : encoded;
    if (segments.length % 2 === 1) {
      names.push(segment);
      shape += '/*';
    } else {
      resourceType = segment.toLowerCase();
      shape += shape === '' ? resourceType : `/${resourceType}`;
    }
    if (segments.push(segment) > MAX_SEGMENTS)
      throw new CosmosError('BadRequest', 'The request path has too many segments');
  }
  return { shape, names, resourceType, resourceLink: linkOf(segments, segments.length % 2 === 1) };
}

/** An offer is signed by its id alone, in lower case (the SDK, auth). */
function linkOf(segments: readonly string[], isFeed: boolean): string {
  if (isFeed) return segments.slice(0, -1).join('/');
  return segments[0] === 'offers' ? (segments[1] ?? '').toLowerCase() : segments.join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new CosmosError('BadRequest', 'The request path is not percent-encoded UTF-8');
  }
}
