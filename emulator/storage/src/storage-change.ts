/** What was written to storage: a blob that is there now, or a queue in which a message can be received now. */
export type StorageChange =
  | { readonly service: 'blob'; readonly container: string; readonly blob: string }
  | { readonly service: 'queue'; readonly queue: string };

/** A write, and after how many milliseconds it can be seen: messages may be scheduled. */
export interface StorageWrite {
  readonly change: StorageChange;
  readonly visibleInMs: number;
}

/** The first segment is the account. */
const MESSAGES = /^\/[^/]+\/([^/]+)\/messages(?:\/[^/]+)?$/;
const BLOB = /^\/[^/]+\/([^/]+)\/(.+)$/;
/** Operations on a blob after which it is as it was: a block is part of it only once the block list is committed. */
const LEAVE_AS_IT_WAS: ReadonlySet<string> = new Set(['block', 'lease', 'tags', 'tier']);

/**
 * What a request writes if it succeeds; undefined when no trigger could fire by it. Sources: the REST operations Put
 * Message, Update Message, Put Blob, Copy Blob, Put Block List, Append Block and Put Page.
 *
 * @param target path and query, as in the request line
 */
export function storageWriteOf(service: string, method: string, target: string): StorageWrite | undefined {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : target.slice(mark));
  if (service === 'queue') return queueWrite(method, path, query);
  return service === 'blob' ? blobWrite(method, path, query) : undefined;
}

function queueWrite(method: string, path: string, query: URLSearchParams): StorageWrite | undefined {
  const [, queue] = MESSAGES.exec(path) ?? [];
  if (queue === undefined || (method !== 'POST' && method !== 'PUT')) return undefined;
  const seconds = Number(query.get('visibilitytimeout'));
  return { change: { service: 'queue', queue }, visibleInMs: seconds > 0 ? seconds * 1_000 : 0 };
}

function blobWrite(method: string, path: string, query: URLSearchParams): StorageWrite | undefined {
  const [, container, encoded] = BLOB.exec(path) ?? [];
  if (method !== 'PUT' || container === undefined || encoded === undefined) return undefined;
  if (LEAVE_AS_IT_WAS.has(query.get('comp') ?? '')) return undefined;
  const blob = decode(encoded);
  return blob === undefined ? undefined : { change: { service: 'blob', container, blob }, visibleInMs: 0 };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
