import { BadRequestError, OperationsError, TooLargeError } from '../../domain/errors.ts';

/** The part of the library's HttpRequest that bodies are read from. */
export interface BodySource {
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Twice Cosmos DB's largest item: room for white space and escapes, and for nothing that could ever be stored. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Cosmos DB's limit on nested objects and arrays; far below where a recursive reader would run out of stack. */
const MAX_NESTING = 128;

const NOT_JSON =
  'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.';

/**
 * Reads a JSON body. A byte order mark is allowed; of repeated property names the last wins.
 *
 * @throws BadRequestError empty, no UTF-8, no JSON, or nested too deeply
 * @throws TooLargeError more than 4 MB; what exceeds it is not read
 * @throws OperationsError (RequestBodyRead) a content type other than JSON, or a content coding
 */
export async function readJson(request: BodySource): Promise<unknown> {
  requireJsonType(request.headers.get('content-type'));
  rejectCoding(request.headers.get('content-encoding'));
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) throw new BadRequestError('Empty Payload. JSON content expected.');
  const text = decode(bytes);
  if (nestingExceeds(text, MAX_NESTING))
    throw new BadRequestError(`The request body is nested deeper than ${MAX_NESTING} levels.`);
  return parse(text);
}

function requireJsonType(contentType: string | null): void {
  if (!contentType?.trim())
    throw new BadRequestError('Write requests (excluding DELETE) must contain the Content-Type header declaration.');
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (mediaType === 'application/json' && (!charset || /^charset="?utf-8"?$/.test(charset))) return;
  throw new OperationsError(
    'RequestBodyRead',
    `A supported MIME type could not be found that matches the content type of the request. None of the supported type(s) 'application/json' matches the content type '${contentType}'.`,
  );
}

/** Microsoft's SDKs that compress what they send do so no more after a 415 (`CompressionHandler` of kiota-http-go). */
function rejectCoding(coding: string | null): void {
  if (coding === null || coding.trim().toLowerCase() === 'identity') return;
  throw new OperationsError(
    'RequestBodyRead',
    `The content coding '${coding}' is not supported. Send the body as it is.`,
  );
}

async function readBytes(request: BodySource): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
  // With a length declared there can be no more than that; reading in one go costs half of reading a stream.
  if (declared !== null) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(): TooLargeError {
  return new TooLargeError(`The request body exceeds ${MAX_BODY_BYTES} bytes.`);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BadRequestError(NOT_JSON, { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequestError(NOT_JSON, { cause: error });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Whether a JSON text nests objects and arrays deeper than `limit`. One pass over the text, before anything that
 * recurses sees it; what it says of a text that is no JSON means nothing.
 */
export function nestingExceeds(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) index = endOfString(text, index + 1);
    else if (OPENING.has(unit)) depth += 1;
    else if (CLOSING.has(unit)) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** The index of the closing quote, or the text's length. By hand: a pattern tries anew at every quote of a text without end. */
function endOfString(text: string, start: number): number {
  let index = start;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
