import { type ErrorDetail, UnknownSegmentError, ValidationError } from '../../domain/errors.ts';
import { PathReader } from './path-reader.ts';

/** What a URL addresses: a chat's operations, their number, or one of them. */
export type ResourceKind = 'operations' | 'count' | 'operation';

export interface ResourceUrl {
  readonly kind: ResourceKind;
  /** Decoded, and such that a chat can have it. */
  readonly chatId: string;
  /** Decoded; null unless it is one operation. */
  readonly operationId: string | null;
  /** Scheme, host and version: `https://graph.example/beta`. */
  readonly serviceRoot: string;
  /** Whose chat the URL says it is: `me`, `users('…')`, or empty. */
  readonly owner: string;
  /** As `URL` has it: empty, or with its `?`. */
  readonly search: string;
}

/** What a URL addresses, before the chat's id has been looked at. */
export type UncheckedUrl = Omit<ResourceUrl, 'chatId'> & {
  /** Null: not percent-encoded UTF-8. */
  readonly chatId: string | null;
};

/** Cosmos DB's limit on a partition key value, in UTF-8 bytes. */
const MAX_CHAT_ID_BYTES = 2048;

/**
 * Reads the raw URL rather than the route's parameters: whether `%2F` is still encoded in those depends on the host, and
 * keys come in two forms, `/chats/19:x` and `/chats('19:x')`. The origin is the URL's own; no forwarded header is trusted.
 *
 * @throws UnknownSegmentError there is no such resource
 * @example parseResourceUrl("https://graph.example/beta/chats('19:x')/operations/7").operationId // '7'
 */
export function parseResourceUrl(url: string): UncheckedUrl {
  const { origin, pathname, search } = new URL(url);
  const path = new PathReader(pathname);
  const version = path.next();
  if (version?.toLowerCase() !== 'beta') throw new UnknownSegmentError(unversioned(version, pathname));
  const owner = readOwner(path);
  const chatId = path.key('chats');
  const operationId = readOperations(path);
  path.end();
  return {
    ...(operationId === '$count'
      ? { kind: 'count', operationId: null }
      : { kind: operationId === null ? 'operations' : 'operation', operationId }),
    ...{ chatId, owner, search, serviceRoot: `${origin}/${version}` },
  };
}

/** v1.0 has chats, and no operations on them; other versions there are none. */
function unversioned(version: string | undefined, pathname: string): string {
  return version === 'v1.0' && /\/operations\b/i.test(pathname) ? 'operations' : (version ?? '');
}

function readOwner(path: PathReader): string {
  if (path.accept('me')) return 'me';
  if (!path.startsWith('users')) return '';
  return `users('${quoteKey(path.key('users') ?? '')}')`;
}

function readOperations(path: PathReader): string | null {
  if (!path.startsWith('operations')) throw path.unknown();
  const id = path.key('operations', { optional: true });
  // OData keeps names that begin with $ for itself; no operation has one.
  if (id?.startsWith('$') && id !== '$count') throw new UnknownSegmentError(id);
  return id;
}

/** @throws ValidationError the chat id is empty, too long, or wrongly encoded */
export function checkChatId(url: UncheckedUrl): ResourceUrl {
  const { chatId } = url;
  if (chatId === null) throw invalid('is not percent-encoded UTF-8');
  if (chatId.trim() === '') throw invalid('is empty');
  if (Buffer.byteLength(chatId) > MAX_CHAT_ID_BYTES) throw invalid(`exceeds ${MAX_CHAT_ID_BYTES} bytes`);
  return { ...url, chatId };
}

function invalid(problem: string): ValidationError {
  const detail: ErrorDetail = { code: 'BadRequest', message: `The chat id ${problem}.`, target: 'chatsId' };
  return new ValidationError([detail]);
}

/** @example toLocation(url, 'a b') // https://graph.example/beta/chats/19%3Ax%40thread.v2/operations/a%20b */
export function toLocation({ serviceRoot, chatId }: ResourceUrl, operationId: string): string {
  return `${serviceRoot}/chats/${encodeURIComponent(chatId)}/operations/${encodeURIComponent(operationId)}`;
}

/** The one address among all of an operation, below the service root. */
export function toCanonicalPath({ chatId }: ResourceUrl, operationId: string): string {
  return `chats('${quoteKey(chatId)}')/operations('${quoteKey(operationId)}')`;
}

/** The context URL of the operations, or of one of them, with the properties that were selected. */
export function toContext(
  url: ResourceUrl,
  { entity, select }: { entity: boolean; select: readonly string[] | null },
): string {
  const owner = url.owner && `${url.owner}/`;
  const selected = select ? `(${select.map(encodeURIComponent).join(',')})` : '';
  const end = entity ? '/$entity' : '';
  return `${url.serviceRoot}/$metadata#${owner}chats('${quoteKey(url.chatId)}')/operations${selected}${end}`;
}

function quoteKey(key: string): string {
  return encodeURIComponent(doubleQuotes(key));
}

/** A quote inside a key is doubled, as OData's keys are. */
export function doubleQuotes(key: string): string {
  return key.replaceAll("'", "''");
}

/** The URL of the next page: the same request, going on at the token instead of skipping again. */
export function toNextLink(url: string, skipToken: string): string {
  const { origin, pathname, search } = new URL(url);
  const kept = search
    .slice(1)
    .split('&')
    .filter((option) => option !== '' && !/^(?:\$|%24)?skip(?:token)?(?:=|$)/i.test(option));
  return `${origin}${pathname}?${[...kept, `$skiptoken=${skipToken}`].join('&')}`;
}
