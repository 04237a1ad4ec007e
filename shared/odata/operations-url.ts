import { type ErrorDetail, ValidationError } from '../domain/errors.ts';

/** The operations of one chat, as a request's URL names them. */
export interface OperationsUrl {
  /** Decoded. */
  readonly chatId: string;
  /** What stands before `/chats`: `https://graph.example/beta`. */
  readonly serviceRoot: string;
}

/** Cosmos DB's limit on a partition key value, in UTF-8 bytes. */
const MAX_CHAT_ID_BYTES = 2048;
// Route templates match in any case, and take one slash more at the end.
const PATH = /^(?<prefix>.*)\/chats\/(?<chatId>[^/]*)\/operations\/?$/i;

/**
 * Reads the raw URL rather than the route's parameters: whether `%2F` is still encoded in those depends on the host.
 * The origin is the URL's own; no forwarded header is trusted.
 *
 * @throws ValidationError the chat id is empty, too long, or wrongly encoded
 */
export function parseOperationsUrl(url: string): OperationsUrl {
  const { origin, pathname } = new URL(url);
  const { prefix = '', chatId: encoded = '' } = PATH.exec(pathname)?.groups ?? {};
  const chatId = decode(encoded);
  if (chatId === null) throw invalid('is not percent-encoded UTF-8');
  if (chatId.trim() === '') throw invalid('is empty');
  if (Buffer.byteLength(chatId) > MAX_CHAT_ID_BYTES) throw invalid(`exceeds ${MAX_CHAT_ID_BYTES} bytes`);
  return { chatId, serviceRoot: origin + prefix };
}

/** @example toLocation(url, 'a b') // https://graph.example/beta/chats/19%3Ax%40thread.v2/operations/a%20b */
export function toLocation({ serviceRoot, chatId }: OperationsUrl, operationId: string): string {
  return `${serviceRoot}/chats/${encodeURIComponent(chatId)}/operations/${encodeURIComponent(operationId)}`;
}

/** The context URL of one operation. The key is quoted, and a quote inside it doubled, as OData keys are. */
export function toEntityContext({ serviceRoot, chatId }: OperationsUrl): string {
  const key = encodeURIComponent(chatId.replaceAll("'", "''"));
  return `${serviceRoot}/$metadata#chats('${key}')/operations/$entity`;
}

function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function invalid(problem: string): ValidationError {
  const detail: ErrorDetail = { code: 'BadRequest', message: `The chat id ${problem}.`, target: 'chatsId' };
  return new ValidationError([detail]);
}
